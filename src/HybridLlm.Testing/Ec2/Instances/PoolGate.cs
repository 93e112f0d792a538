using HybridLlm.Testing.Ec2.Catalogue;
using HybridLlm.Testing.Ec2.Protocol;

namespace HybridLlm.Testing.Ec2.Instances;

/// <summary>Decides how many instances a pool gives, and says no in EC2's words.</summary>
internal static class PoolGate
{
    private const int ServerFault = 500;

    /// <summary>How many of the wanted kind can be launched now, at least <paramref name="least"/>.</summary>
    /// <exception cref="ServiceError">Not offered, too dear, over quota, out of addresses, or out of capacity.</exception>
    public static int Admit(RegionState region, ResolvedLaunch launch, int least)
    {
        var cloud = region.Cloud;
        var (type, zone, market) = (launch.Type, launch.Zone, launch.Market);
        if (!cloud.Offers.Types.Offered(type.Name, zone))
        {
            throw NotOffered(region, type, zone);
        }

        if (launch.Spot is { MaxPrice: { } limit })
        {
            var price = cloud.SpotMarket.PriceAt(type.Name, zone, cloud.Now);
            if (limit < price)
            {
                throw new ServiceError(
                    "SpotMaxPriceTooLow",
                    $"Your Spot request price of {limit} is lower than the minimum required Spot request "
                        + $"fulfillment price of {InstanceXml.Price(price)}."
                );
            }
        }

        var room = cloud.Quotas.Room(region, type, market);
        if (room < least)
        {
            throw OverQuota(cloud, type, market);
        }

        var addresses = (int)Math.Min(int.MaxValue, launch.Subnet.FreeAddresses(region));
        if (addresses < least)
        {
            throw new ServiceError(
                "InsufficientFreeAddressesInSubnet",
                $"There are not enough free addresses in subnet '{launch.Subnet.Id}' to satisfy the requested number of instances."
            );
        }

        var free = cloud.Capacity.Free(type.Name, zone.Name, market);
        return free < least ? throw OutOfCapacity(type, zone, market) : Math.Min(free, Math.Min(room, addresses));
    }

    private static ServiceError NotOffered(RegionState region, MachineType type, Zone zone)
    {
        var elsewhere = region
            .Cloud.Offers.Zones.In(region.Name)
            .Where(z => region.Cloud.Offers.Types.Offered(type.Name, z))
            .Select(z => z.Name);
        return new ServiceError(
            "Unsupported",
            $"Your requested instance type ({type.Name}) is not supported in your requested Availability Zone "
                + $"({zone.Name}). Please retry your request by not specifying an Availability Zone or choosing "
                + $"{string.Join(", ", elsewhere)}."
        );
    }

    private static ServiceError OverQuota(CloudState cloud, MachineType type, Market market) =>
        market == Market.Spot
            ? new ServiceError("MaxSpotInstanceCountExceeded", "Max spot instance count exceeded")
            : new ServiceError(
                "VcpuLimitExceeded",
                "You have requested more vCPU capacity than your current vCPU limit of "
                    + $"{cloud.Quotas.Limit(type.Family, market)} allows for the instance bucket that the specified "
                    + "instance type belongs to. Please visit http://aws.amazon.com/contact-us/ec2-request to request "
                    + "an adjustment to this limit."
            );

    private static ServiceError OutOfCapacity(MachineType type, Zone zone, Market market) =>
        new(
            "InsufficientInstanceCapacity",
            market == Market.Spot
                ? "There is no Spot capacity available that matches your request."
                : $"We currently do not have sufficient {type.Name} capacity in the Availability Zone you requested "
                    + $"({zone.Name}). Our system will be working on provisioning additional capacity.",
            ServerFault
        );
}

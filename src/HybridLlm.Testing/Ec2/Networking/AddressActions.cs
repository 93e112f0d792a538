using HybridLlm.Testing.Ec2.Billing;
using HybridLlm.Testing.Ec2.Instances;
using HybridLlm.Testing.Ec2.Protocol;
using HybridLlm.Testing.Ec2.Tagging;
using static HybridLlm.Testing.Ec2.Protocol.Ec2Xml;

namespace HybridLlm.Testing.Ec2.Networking;

/// <summary>Elastic IP addresses.</summary>
internal static class AddressActions
{
    private static readonly FilterTable<ElasticAddress> s_filters = new(a => a.Tags)
    {
        { "allocation-id", a => a.Id },
        { "association-id", a => a.AssociationId },
        { "public-ip", a => a.PublicIp },
        { "instance-id", a => a.Interface?.Instance.Id },
        { "network-interface-id", a => a.Interface?.Id },
        { "domain", _ => "vpc" },
    };

    public static object?[] Allocate(Ec2Call call)
    {
        call.Request.Only("Domain", "vpc");
        var tags = TagSpecifications.Read(call.Request, ElasticAddress.Kind.Type);
        return call.Perform(() =>
        {
            var region = call.Region;
            if (region.All<ElasticAddress>().Count() >= call.Cloud.Quotas.Addresses)
            {
                throw new ServiceError("AddressLimitExceeded", "The maximum number of addresses has been reached.");
            }

            var id = region.NewId<ElasticAddress>();
            ElasticAddress address = new(id, call.Now, call.Cloud.PublicAddresses.Take())
            {
                Usage = call.Cloud.Meter.Open(region, id, BillItem.PublicIpv4, call.Now, Rates.PublicIpv4),
            };
            region.Add(address, tags.For(ElasticAddress.Kind.Type));
            address.Usage.Tags = address.Tags;
            return
            [
                Leaf("allocationId", address.Id),
                Leaf("publicIp", address.PublicIp),
                Leaf("domain", "vpc"),
                Leaf("publicIpv4Pool", "amazon"),
                Leaf("networkBorderGroup", region.Name),
            ];
        });
    }

    public static object?[] Associate(Ec2Call call)
    {
        var allocationId = call.Request.Required("AllocationId");
        var instanceId = call.Request.Text("InstanceId");
        var interfaceId = call.Request.Text("NetworkInterfaceId");
        var reassociate = call.Request.Flag("AllowReassociation") ?? true;
        if (instanceId is null && interfaceId is null)
        {
            throw ServiceError.Missing("InstanceId");
        }

        return call.Perform(() =>
        {
            var region = call.Region;
            var address = region.Get<ElasticAddress>(allocationId);
            var nic = instanceId is null
                ? region.Get<NetworkInterface>(interfaceId!)
                : ReadyInterface(region.Get<Instance>(instanceId));
            if (!region.All<InternetGateway>().Any(g => g.Vpc == nic.Subnet.Vpc))
            {
                throw new ServiceError(
                    "Gateway.NotAttached",
                    $"Network {nic.Subnet.Vpc.Id} is not attached to any internet gateway"
                );
            }

            if (address.Interface == nic)
            {
                return [Leaf("return", true), Leaf("associationId", address.AssociationId)];
            }

            if (!reassociate && (address.Interface is not null || nic.Elastic is not null))
            {
                var what = address.Interface is not null ? address.Id : nic.Id;
                throw new ServiceError("Resource.AlreadyAssociated", $"resource {what} is already associated");
            }

            Part(address);
            if (nic.Elastic is { } former)
            {
                Part(former);
            }

            PublicAddresses.ReleaseAutomatic(nic, call.Now);
            (address.Interface, address.AssociationId, nic.Elastic) = (nic, call.Cloud.Ids.Next("eipassoc"), address);
            return [Leaf("return", true), Leaf("associationId", address.AssociationId)];
        });
    }

    public static object?[] Disassociate(Ec2Call call)
    {
        var id = call.Request.Required("AssociationId");
        return call.Perform(() =>
        {
            var address =
                call.Region.All<ElasticAddress>().FirstOrDefault(a => a.AssociationId == id)
                ?? throw new ServiceError("InvalidAssociationID.NotFound", $"The association ID '{id}' does not exist");
            Part(address);
            return [Leaf("return", true)];
        });
    }

    public static object?[] Release(Ec2Call call)
    {
        var id = call.Request.Required("AllocationId");
        return call.Perform(() =>
        {
            var address = call.Region.Get<ElasticAddress>(id);
            if (address.Interface is not null)
            {
                throw new ServiceError("InvalidIPAddress.InUse", $"Address {address.PublicIp} is in use.");
            }

            address.Usage.Close(call.Now);
            call.Region.Remove(address);
            return [Leaf("return", true)];
        });
    }

    public static object?[] Describe(Ec2Call call)
    {
        var ids = call.Request.List("AllocationId");
        var ips = call.Request.List("PublicIp");
        var keep = s_filters.Read(call.Request);
        return call.Perform(() =>
        {
            var all = ids.Count > 0 ? call.Region.GetAll<ElasticAddress>(ids) : call.Region.Visible<ElasticAddress>();
            var unknown = ips.FirstOrDefault(ip => all.All(a => a.PublicIp != ip));
            if (unknown is not null)
            {
                throw new ServiceError("InvalidAddress.NotFound", $"Address '{unknown}' not found.");
            }

            var found = all.Where(a => ips.Count == 0 || ips.Contains(a.PublicIp)).Where(keep);
            return [Set("addressesSet", found, a => Render(call.Region, a))];
        });
    }

    /// <summary>Takes an address off its interface, if it is on one; it stays allocated.</summary>
    public static void Part(ElasticAddress address)
    {
        if (address.Interface is { } nic)
        {
            nic.Elastic = null;
        }

        (address.Interface, address.AssociationId) = (null, null);
    }

    private static NetworkInterface ReadyInterface(Instance instance) =>
        instance.State is InstanceState.Running or InstanceState.Stopped
            ? instance.Interface
            : throw new ServiceError(
                "InvalidInstanceID",
                $"The {InstanceXml.Name(instance.State)} instance '{instance.Id}' is not in a valid state for this operation."
            );

    private static object?[] Render(RegionState region, ElasticAddress address) =>
        [
            Leaf("allocationId", address.Id),
            Leaf("publicIp", address.PublicIp),
            Leaf("domain", "vpc"),
            Leaf("publicIpv4Pool", "amazon"),
            Leaf("networkBorderGroup", region.Name),
            Leaf("associationId", address.AssociationId),
            Leaf("instanceId", address.Interface?.Instance.Id),
            Leaf("networkInterfaceId", address.Interface?.Id),
            Leaf("networkInterfaceOwnerId", address.Interface is null ? null : region.Cloud.Options.AccountId),
            Leaf("privateIpAddress", address.Interface?.PrivateIp),
            TagActions.TagSet(address),
        ];
}

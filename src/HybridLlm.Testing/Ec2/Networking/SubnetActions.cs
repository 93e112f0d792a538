using HybridLlm.Testing.Ec2.Catalogue;
using HybridLlm.Testing.Ec2.Protocol;
using HybridLlm.Testing.Ec2.Tagging;
using static HybridLlm.Testing.Ec2.Protocol.Ec2Xml;

namespace HybridLlm.Testing.Ec2.Networking;

/// <summary>Subnets.</summary>
internal static class SubnetActions
{
    private static readonly FilterTable<Subnet> s_filters = new(s => s.Tags)
    {
        { "subnet-id", s => s.Id },
        { "vpc-id", s => s.Vpc.Id },
        { "availability-zone", s => s.Zone.Name },
        { "availabilityZone", s => s.Zone.Name },
        { "availability-zone-id", s => s.Zone.Id },
        { "cidr", s => s.Block.ToString() },
        { "cidr-block", s => s.Block.ToString() },
        { "state", s => s.StateName },
        { "default-for-az", _ => "false" },
    };

    public static object?[] Create(Ec2Call call)
    {
        var request = call.Request;
        var vpcId = request.Required("VpcId");
        var block = VpcActions.ReadBlock(request.Required("CidrBlock"), "cidrBlock");
        var zoneName = request.Text("AvailabilityZone") ?? request.Text("AvailabilityZoneId");
        var tags = TagSpecifications.Read(request, Subnet.Kind.Type);
        return call.Perform(() =>
        {
            var region = call.Region;
            var vpc = region.Get<Vpc>(vpcId);
            var zone = zoneName is null
                ? region.Cloud.Offers.Zones.In(region.Name).First()
                : FindZone(region, zoneName);
            if (block.Prefix is < 16 or > 28 || !vpc.Block.Contains(block))
            {
                throw new ServiceError("InvalidSubnet.Range", $"The CIDR '{block}' is invalid.");
            }

            if (region.All<Subnet>().Any(s => s.Vpc == vpc && s.Block.Overlaps(block)))
            {
                throw new ServiceError("InvalidSubnet.Conflict", $"The CIDR '{block}' conflicts with another subnet");
            }

            Subnet subnet = new(region.NewId<Subnet>(), call.Now, vpc, block, zone);
            region.Add(subnet, tags.For(Subnet.Kind.Type));
            return [Node("subnet", Render(region, subnet))];
        });
    }

    public static object?[] Describe(Ec2Call call) =>
        call.Describe("SubnetId", "subnetSet", s_filters, s => Render(call.Region, s));

    public static object?[] AssociateBlock(Ec2Call call)
    {
        var id = call.Request.Required("SubnetId");
        var text = call.Request.Required("Ipv6CidrBlock");
        return call.Perform(() =>
        {
            var subnet = call.Region.Get<Subnet>(id);
            var block = Ipv6Block.TryParse(text) ?? throw ServiceError.Invalid("ipv6CidrBlock", text, "is invalid.");
            if (block.Network.PrefixLength != 64 || subnet.Vpc.Ipv6?.Contains(block) != true)
            {
                throw new ServiceError("InvalidSubnet.Range", $"The CIDR '{block}' is invalid.");
            }

            if (call.Region.All<Subnet>().Any(s => s.Vpc == subnet.Vpc && s.Ipv6 == block) || subnet.Ipv6 is not null)
            {
                throw new ServiceError("InvalidSubnet.Conflict", $"The CIDR '{block}' conflicts with another subnet");
            }

            subnet.Ipv6 = block;
            return
            [
                Leaf("subnetId", id),
                Node("ipv6CidrBlockAssociation", VpcActions.RenderIpv6(id, block, "associating")),
            ];
        });
    }

    public static object?[] ModifyAttribute(Ec2Call call)
    {
        var id = call.Request.Required("SubnetId");
        var mapPublicIp = call.Request.Structure("MapPublicIpOnLaunch").Flag("Value");
        var assignIpv6 = call.Request.Structure("AssignIpv6AddressOnCreation").Flag("Value");
        return call.Perform(() =>
        {
            var subnet = call.Region.Get<Subnet>(id);
            if (assignIpv6 == true && subnet.Ipv6 is null)
            {
                throw new ServiceError(
                    "InvalidParameterValue",
                    $"Invalid value 'true' for assignIpv6AddressOnCreation. The subnet {id} has no IPv6 CIDR block."
                );
            }

            subnet.AssignIpv6 = assignIpv6 ?? subnet.AssignIpv6;
            subnet.MapPublicIp = mapPublicIp ?? subnet.MapPublicIp;
            return [Leaf("return", true)];
        });
    }

    public static object?[] Delete(Ec2Call call)
    {
        var id = call.Request.Required("SubnetId");
        return call.Perform(() =>
        {
            var region = call.Region;
            var subnet = region.Get<Subnet>(id);
            if (subnet.Interfaces(region).Any())
            {
                throw ServiceError.Dependency($"The subnet '{id}' has dependencies and cannot be deleted.");
            }

            foreach (var table in region.All<RouteTable>())
            {
                table.Associations.RemoveAll(a => a.Subnet == subnet);
            }

            region.Remove(subnet);
            return [Leaf("return", true)];
        });
    }

    private static Zone FindZone(RegionState region, string nameOrId) =>
        region.Cloud.Offers.Zones.Find(nameOrId) is { } zone && zone.Region == region.Name
            ? zone
            : throw ServiceError.Invalid(
                "availabilityZone",
                nameOrId,
                $"is invalid. Subnets can currently only be created in the following availability zones: "
                    + $"{string.Join(", ", region.Cloud.Offers.Zones.In(region.Name).Select(z => z.Name))}."
            );

    private static object?[] Render(RegionState region, Subnet subnet) =>
        [
            Leaf("subnetId", subnet.Id),
            Leaf("subnetArn", $"arn:aws:ec2:{region.Name}:{region.Cloud.Options.AccountId}:subnet/{subnet.Id}"),
            Leaf("ownerId", region.Cloud.Options.AccountId),
            Leaf("state", subnet.StateName),
            Leaf("vpcId", subnet.Vpc.Id),
            Leaf("cidrBlock", subnet.Block),
            Leaf("availableIpAddressCount", subnet.FreeAddresses(region)),
            Leaf("availabilityZone", subnet.Zone.Name),
            Leaf("availabilityZoneId", subnet.Zone.Id),
            Leaf("defaultForAz", false),
            Leaf("mapPublicIpOnLaunch", subnet.MapPublicIp),
            Leaf("assignIpv6AddressOnCreation", subnet.AssignIpv6),
            subnet.Ipv6 is { } ipv6
                ? Set("ipv6CidrBlockAssociationSet", [ipv6], b => VpcActions.RenderIpv6(subnet.Id, b, "associated"))
                : null,
            TagActions.TagSet(subnet),
        ];
}

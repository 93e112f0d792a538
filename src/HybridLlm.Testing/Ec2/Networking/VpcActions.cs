using HybridLlm.Testing.Ec2.Protocol;
using HybridLlm.Testing.Ec2.Tagging;
using static HybridLlm.Testing.Ec2.Protocol.Ec2Xml;

namespace HybridLlm.Testing.Ec2.Networking;

/// <summary>VPCs. The account has no default VPC.</summary>
internal static class VpcActions
{
    private static readonly FilterTable<Vpc> s_filters = new(v => v.Tags)
    {
        { "vpc-id", v => v.Id },
        { "cidr", v => v.Block.ToString() },
        { "cidr-block-association.cidr-block", v => v.Block.ToString() },
        { "state", v => v.StateName },
        { "is-default", _ => "false" },
    };

    public static object?[] Create(Ec2Call call)
    {
        var request = call.Request;
        var block = ReadBlock(request.Required("CidrBlock"), "cidrBlock");
        if (block.Prefix is < 16 or > 28)
        {
            throw new ServiceError("InvalidVpc.Range", $"The CIDR '{block}' is invalid.");
        }

        request.Only("InstanceTenancy", "default");
        request.Only("AmazonProvidedIpv6CidrBlock", "false");
        var tags = TagSpecifications.Read(request, Vpc.Kind.Type);
        return call.Perform(() =>
        {
            var region = call.Region;
            if (region.All<Vpc>().Count() >= call.Cloud.Quotas.Vpcs)
            {
                throw new ServiceError("VpcLimitExceeded", "The maximum number of VPCs has been reached.");
            }

            var vpc = region.Add(new Vpc(region.NewId<Vpc>(), call.Now, block), tags.For(Vpc.Kind.Type));
            region.Add(new RouteTable(region.NewId<RouteTable>(), call.Now, vpc, call.Cloud.Ids.Next("rtbassoc")));
            SecurityGroupActions.Create(region, vpc, SecurityGroup.DefaultName, "default VPC security group", call.Now);
            return [Node("vpc", Render(region, vpc))];
        });
    }

    /// <summary>Amazon's own range only; a VPC has one.</summary>
    public static object?[] AssociateBlock(Ec2Call call)
    {
        var id = call.Request.Required("VpcId");
        call.Request.Only("AmazonProvidedIpv6CidrBlock", "true");
        return call.Perform(() =>
        {
            var vpc = call.Region.Get<Vpc>(id);
            if (vpc.Ipv6 is not null)
            {
                throw new ServiceError("CidrLimitExceeded", $"The VPC '{id}' has an IPv6 CIDR block already.");
            }

            var number = call.Region.All<Vpc>().Count(v => v.Ipv6 is not null) + 1;
            vpc.Ipv6 = Ipv6Block.TryParse($"2600:1f18:{number:x4}:a00::/56")!;
            return [Leaf("vpcId", id), Node("ipv6CidrBlockAssociation", RenderIpv6(vpc.Id, vpc.Ipv6, "associating"))];
        });
    }

    public static object?[] Describe(Ec2Call call) =>
        call.Describe("VpcId", "vpcSet", s_filters, v => Render(call.Region, v));

    public static object?[] ModifyAttribute(Ec2Call call)
    {
        var id = call.Request.Required("VpcId");
        var hostnames = call.Request.Structure("EnableDnsHostnames").Flag("Value");
        var support = call.Request.Structure("EnableDnsSupport").Flag("Value");
        return call.Perform(() =>
        {
            var vpc = call.Region.Get<Vpc>(id);
            vpc.DnsHostnames = hostnames ?? vpc.DnsHostnames;
            vpc.DnsSupport = support ?? vpc.DnsSupport;
            return [Leaf("return", true)];
        });
    }

    public static object?[] DescribeAttribute(Ec2Call call)
    {
        var id = call.Request.Required("VpcId");
        var attribute = call.Request.Choice("Attribute", "enableDnsHostnames", "enableDnsSupport");
        return call.Perform(() =>
        {
            var vpc = call.Region.Get<Vpc>(id);
            var value = attribute == "enableDnsHostnames" ? vpc.DnsHostnames : vpc.DnsSupport;
            return [Leaf("vpcId", vpc.Id), Node(attribute!, Leaf("value", value))];
        });
    }

    public static object?[] Delete(Ec2Call call)
    {
        var id = call.Request.Required("VpcId");
        return call.Perform(() =>
        {
            var region = call.Region;
            var vpc = region.Get<Vpc>(id);
            var mainTable = region.All<RouteTable>().Single(t => t.Vpc == vpc && t.IsMain);
            var defaultGroup = region.All<SecurityGroup>().Single(g => g.Vpc == vpc && g.IsDefault);
            var holds =
                region.All<Subnet>().Any(s => s.Vpc == vpc)
                || region.All<RouteTable>().Any(t => t.Vpc == vpc && t != mainTable)
                || region.All<SecurityGroup>().Any(g => g.Vpc == vpc && g != defaultGroup)
                || region.All<InternetGateway>().Any(g => g.Vpc == vpc)
                || region.All<VpcEndpoint>().Any(e => e.Vpc == vpc);
            if (holds)
            {
                throw ServiceError.Dependency($"The vpc '{id}' has dependencies and cannot be deleted.");
            }

            SecurityGroupActions.Remove(region, defaultGroup);
            region.Remove(mainTable);
            region.Remove(vpc);
            return [Leaf("return", true)];
        });
    }

    /// <summary>A CIDR block parameter.</summary>
    public static Ipv4Block ReadBlock(string text, string parameter) =>
        Ipv4Block.TryParse(text)
        ?? throw ServiceError.Invalid(parameter, text, "is invalid. This is not a valid CIDR block.");

    /// <summary>The association of an IPv6 range with a VPC or a subnet.</summary>
    public static object?[] RenderIpv6(string ownerId, Ipv6Block block, string state) =>
        [
            Leaf("associationId", $"{ownerId.Split('-')[0]}-cidr-assoc-ipv6-{ownerId.Split('-')[1]}"),
            Leaf("ipv6CidrBlock", block),
            Node("ipv6CidrBlockState", Leaf("state", state)),
            Leaf("ipv6Pool", "Amazon"),
        ];

    private static object?[] Render(RegionState region, Vpc vpc) =>
        [
            Leaf("vpcId", vpc.Id),
            Leaf("ownerId", region.Cloud.Options.AccountId),
            Leaf("state", vpc.StateName),
            Leaf("cidrBlock", vpc.Block),
            Set(
                "cidrBlockAssociationSet",
                [vpc],
                v =>
                    [
                        Leaf("associationId", v.Id.Replace("vpc-", "vpc-cidr-assoc-", StringComparison.Ordinal)),
                        Leaf("cidrBlock", v.Block),
                        Node("cidrBlockState", Leaf("state", "associated")),
                    ]
            ),
            vpc.Ipv6 is { } ipv6
                ? Set("ipv6CidrBlockAssociationSet", [ipv6], b => RenderIpv6(vpc.Id, b, "associated"))
                : null,
            Leaf("dhcpOptionsId", "default"),
            Leaf("instanceTenancy", "default"),
            Leaf("isDefault", false),
            TagActions.TagSet(vpc),
        ];
}

using HybridLlm.Testing.Ec2.Protocol;
using HybridLlm.Testing.Ec2.Tagging;
using static HybridLlm.Testing.Ec2.Protocol.Ec2Xml;

namespace HybridLlm.Testing.Ec2.Networking;

/// <summary>An internet gateway, attached to one VPC or to none.</summary>
internal sealed class InternetGateway(string id, DateTimeOffset created) : Resource(Kind, id, created), IResource
{
    public static ResourceKind Kind { get; } =
        new("internet-gateway", "igw", "InvalidInternetGatewayID.NotFound", "internetGateway ID");

    public Vpc? Vpc { get; set; }
}

/// <summary>Internet gateways.</summary>
internal static class InternetGatewayActions
{
    private static readonly FilterTable<InternetGateway> s_filters = new(g => g.Tags)
    {
        { "internet-gateway-id", g => g.Id },
        { "attachment.vpc-id", g => g.Vpc?.Id },
        { "attachment.state", g => g.Vpc is null ? null : "available" },
    };

    public static object?[] Create(Ec2Call call)
    {
        var tags = TagSpecifications.Read(call.Request, InternetGateway.Kind.Type);
        return call.Perform(() =>
        {
            InternetGateway gateway = new(call.Region.NewId<InternetGateway>(), call.Now);
            call.Region.Add(gateway, tags.For(InternetGateway.Kind.Type));
            return [Node("internetGateway", Render(call.Region, gateway))];
        });
    }

    public static object?[] Describe(Ec2Call call) =>
        call.Describe("InternetGatewayId", "internetGatewaySet", s_filters, g => Render(call.Region, g));

    public static object?[] Attach(Ec2Call call)
    {
        var id = call.Request.Required("InternetGatewayId");
        var vpcId = call.Request.Required("VpcId");
        return call.Perform(() =>
        {
            var gateway = call.Region.Get<InternetGateway>(id);
            var vpc = call.Region.Get<Vpc>(vpcId);
            if (gateway.Vpc is { } other)
            {
                throw new ServiceError(
                    "Resource.AlreadyAssociated",
                    $"resource {id} is already attached to network {other.Id}"
                );
            }

            if (call.Region.All<InternetGateway>().Any(g => g.Vpc == vpc))
            {
                throw new ServiceError(
                    "InvalidParameterValue",
                    $"Network {vpcId} already has an internet gateway attached"
                );
            }

            gateway.Vpc = vpc;
            return [Leaf("return", true)];
        });
    }

    public static object?[] Detach(Ec2Call call)
    {
        var id = call.Request.Required("InternetGatewayId");
        var vpcId = call.Request.Required("VpcId");
        return call.Perform(() =>
        {
            var region = call.Region;
            var gateway = region.Get<InternetGateway>(id);
            var vpc = region.Get<Vpc>(vpcId);
            if (gateway.Vpc != vpc)
            {
                throw new ServiceError("Gateway.NotAttached", $"resource {id} is not attached to network {vpcId}");
            }

            if (region.All<NetworkInterface>().Any(i => i.Subnet.Vpc == vpc && i.PublicIp is not null))
            {
                throw ServiceError.Dependency(
                    $"Network {vpcId} has some mapped public address(es). "
                        + "Please unmap those public address(es) before detaching the gateway."
                );
            }

            gateway.Vpc = null;
            return [Leaf("return", true)];
        });
    }

    public static object?[] Delete(Ec2Call call)
    {
        var id = call.Request.Required("InternetGatewayId");
        return call.Perform(() =>
        {
            var gateway = call.Region.Get<InternetGateway>(id);
            if (gateway.Vpc is not null)
            {
                throw ServiceError.Dependency($"The internetGateway '{id}' has dependencies and cannot be deleted.");
            }

            call.Region.Remove(gateway);
            return [Leaf("return", true)];
        });
    }

    private static object?[] Render(RegionState region, InternetGateway gateway) =>
        [
            Leaf("internetGatewayId", gateway.Id),
            Leaf("ownerId", region.Cloud.Options.AccountId),
            Set(
                "attachmentSet",
                gateway.Vpc is { } vpc ? [vpc] : Array.Empty<Vpc>(),
                v => [Leaf("vpcId", v.Id), Leaf("state", "available")]
            ),
            TagActions.TagSet(gateway),
        ];
}

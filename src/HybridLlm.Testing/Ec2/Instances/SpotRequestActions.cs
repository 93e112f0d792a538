using HybridLlm.Testing.Ec2.Protocol;
using HybridLlm.Testing.Ec2.Tagging;
using static HybridLlm.Testing.Ec2.Protocol.Ec2Xml;

namespace HybridLlm.Testing.Ec2.Instances;

/// <summary>Spot requests.</summary>
internal static class SpotRequestActions
{
    private static readonly FilterTable<SpotRequest> s_filters = new(r => r.Tags)
    {
        { "spot-instance-request-id", r => r.Id },
        { "state", r => r.State },
        { "status-code", r => r.Status },
        { "instance-id", r => r.Instance.Id },
        { "launched-availability-zone", r => r.Instance.Zone.Name },
        { "launch.instance-type", r => r.Instance.Type.Name },
        { "launch.image-id", r => r.Instance.Image.Id },
        { "type", _ => "one-time" },
    };

    public static object?[] Describe(Ec2Call call) =>
        call.Describe(
            "SpotInstanceRequestId",
            "spotInstanceRequestSet",
            s_filters,
            r => Render(call.Region, r),
            limit: 1000
        );

    public static object?[] Cancel(Ec2Call call)
    {
        var ids = call.Request.List("SpotInstanceRequestId");
        return call.Perform(() =>
        {
            var requests = call.Region.GetAll<SpotRequest>(ids);
            foreach (var request in requests)
            {
                request.Cancel(call.Now);
            }

            return
            [
                Set(
                    "spotInstanceRequestSet",
                    requests,
                    r => [Leaf("spotInstanceRequestId", r.Id), Leaf("state", r.State)]
                ),
            ];
        });
    }

    private static object?[] Render(RegionState region, SpotRequest request)
    {
        var instance = request.Instance;
        var onDemand = region.Cloud.Offers.Prices.OnDemand(instance.Type.Name, region.Name);
        return
        [
            Leaf("spotInstanceRequestId", request.Id),
            Leaf("spotPrice", InstanceXml.Price(request.MaxPrice ?? onDemand)),
            Leaf("type", "one-time"),
            Leaf("state", request.State),
            Node(
                "status",
                Leaf("code", request.Status),
                Leaf("updateTime", request.StatusTime),
                Leaf("message", $"Spot request status: {request.Status}.")
            ),
            Leaf("instanceId", instance.Id),
            Leaf("createTime", request.Created),
            Leaf("productDescription", "Linux/UNIX"),
            Leaf("instanceInterruptionBehavior", "terminate"),
            Leaf("launchedAvailabilityZone", instance.Zone.Name),
            Leaf("launchedAvailabilityZoneId", instance.Zone.Id),
            Node(
                "launchSpecification",
                Leaf("imageId", instance.Image.Id),
                Leaf("instanceType", instance.Type.Name),
                Leaf("subnetId", instance.Interface.Subnet.Id),
                Networking.NetworkInterfaceActions.RenderGroups(instance.Interface.Groups)
            ),
            TagActions.TagSet(request),
        ];
    }
}

using System.Xml.Linq;
using HybridLlm.Testing.Ec2.Tagging;
using static HybridLlm.Testing.Ec2.Protocol.Ec2Xml;

namespace HybridLlm.Testing.Ec2.Fleets;

/// <summary>Fleets on the wire.</summary>
internal static class FleetXml
{
    /// <summary>What a fleet got, and what went wrong.</summary>
    public static object?[] Outcome(Fleet fleet) =>
        [
            Set(
                "errorSet",
                fleet.Errors,
                e =>
                    [
                        RenderPool(e.Pool),
                        Leaf("lifecycle", Lifecycle(e.Market)),
                        Leaf("errorCode", e.Code),
                        Leaf("errorMessage", e.Message),
                    ]
            ),
            Set(
                "fleetInstanceSet",
                fleet.Launches,
                l =>
                    [
                        RenderPool(l.Pool),
                        Leaf("lifecycle", Lifecycle(l.Market)),
                        Values("instanceIds", l.Instances.Select(i => i.Id)),
                        Leaf("instanceType", l.Instances[0].Type.Name),
                        Leaf("availabilityZone", l.Instances[0].Zone.Name),
                        Leaf("availabilityZoneId", l.Instances[0].Zone.Id),
                        Leaf("subnetId", l.Instances[0].Interface.Subnet.Id),
                    ]
            ),
        ];

    /// <summary>A fleet, as DescribeFleets shows it.</summary>
    public static object?[] Render(Fleet fleet)
    {
        var request = fleet.Request;
        var alive = fleet.Instances.Where(i => i.HoldsCapacity).ToList();
        return
        [
            Leaf("fleetId", fleet.Id),
            Leaf("fleetState", fleet.StateName),
            Leaf("createTime", fleet.Created),
            Leaf("clientToken", request.ClientToken),
            Leaf("type", "instant"),
            Leaf("fulfilledCapacity", alive.Count),
            Leaf("fulfilledOnDemandCapacity", alive.Count(i => i.Market == Market.OnDemand)),
            Leaf("excessCapacityTerminationPolicy", "termination"),
            Leaf("terminateInstancesWithExpiration", false),
            Leaf("replaceUnhealthyInstances", false),
            Node(
                "targetCapacitySpecification",
                Leaf("totalTargetCapacity", request.Target),
                Leaf("onDemandTargetCapacity", request.OnDemandTarget),
                Leaf("spotTargetCapacity", request.SpotTarget),
                Leaf("defaultTargetCapacityType", request.DefaultMarket)
            ),
            Node("spotOptions", Leaf("allocationStrategy", request.SpotStrategy)),
            Node("onDemandOptions", Leaf("allocationStrategy", request.OnDemandStrategy)),
            .. Outcome(fleet),
            TagActions.TagSet(fleet),
        ];
    }

    private static string Lifecycle(Market market) => market == Market.Spot ? "spot" : "on-demand";

    private static XElement RenderPool(FleetPool pool)
    {
        var template = pool.Version.Template;
        var wanted = pool.Override.Specification;
        return Node(
            "launchTemplateAndOverrides",
            Node(
                "launchTemplateSpecification",
                Leaf("launchTemplateId", template.Id),
                Leaf("version", pool.Version.Number)
            ),
            Node(
                "overrides",
                Leaf("instanceType", wanted.InstanceType ?? pool.Version.Data.InstanceType),
                Leaf("maxPrice", pool.Override.MaxPrice),
                Leaf("subnetId", wanted.SubnetId),
                Leaf("availabilityZone", pool.Zone ?? wanted.Zone),
                Leaf("priority", pool.Override.Priority),
                Leaf("imageId", wanted.ImageId)
            )
        );
    }
}

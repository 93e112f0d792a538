using System.Xml.Linq;
using HybridLlm.Testing.Ec2.Instances;
using HybridLlm.Testing.Ec2.Protocol;
using static HybridLlm.Testing.Ec2.Protocol.Ec2Xml;

namespace HybridLlm.Testing.Ec2.Fleets;

/// <summary>Instant fleets.</summary>
internal static class FleetActions
{
    // EC2 has no tag filter for fleets.
    private static readonly FilterTable<Fleet> s_filters = new()
    {
        { "fleet-state", f => f.StateName },
        { "type", _ => "instant" },
        { "activity-status", f => f.Errors.Count > 0 ? "error" : "fulfilled" },
        { "excess-capacity-termination-policy", _ => "termination" },
        { "replace-unhealthy-instances", _ => "false" },
    };

    public static object?[] Create(Ec2Call call)
    {
        var request = FleetRequest.Read(call.Request);
        return call.PerformOnce(
            () => FleetLauncher.Launch(call.Region, request),
            fleet => [Leaf("fleetId", fleet.Id), .. FleetXml.Outcome(fleet)]
        );
    }

    public static object?[] Describe(Ec2Call call)
    {
        var ids = call.Request.List("FleetId");
        var keep = s_filters.Read(call.Request);
        var paging = Describing.ReadPaging(call, "fleetIdSet", ids);

        // An instant fleet is shown only to who knows its id.
        return call.Perform(() =>
            Describing.Answer("fleetSet", paging.Cut(call.Region.GetAll<Fleet>(ids).Where(keep)), FleetXml.Render)
        );
    }

    public static object?[] Delete(Ec2Call call)
    {
        var ids = call.Request.List("FleetId");
        if (call.Request.Flag("TerminateInstances") is false)
        {
            throw new ServiceError(
                "InvalidParameterValue",
                "NoTerminateInstances is not supported for fleets of type instant."
            );
        }

        return call.Perform(() =>
        {
            List<object> deleted = [];
            List<object> kept = [];
            foreach (var id in ids)
            {
                if (call.Region.Find<Fleet>(id) is not { } fleet)
                {
                    kept.Add(RenderUnknown(id));
                    continue;
                }

                var before = fleet.StateName;
                fleet.DeletedAt ??= call.Now;
                foreach (var instance in fleet.Instances)
                {
                    InstanceLife.Terminate(instance, StateReason.ByUser);
                }

                deleted.Add(
                    Node(
                        "item",
                        Leaf("fleetId", id),
                        Leaf("currentFleetState", fleet.StateName),
                        Leaf("previousFleetState", before)
                    )
                );
            }

            return [Node("successfulFleetDeletionSet", deleted), Node("unsuccessfulFleetDeletionSet", kept)];
        });
    }

    private static XElement RenderUnknown(string id) =>
        Node(
            "item",
            Leaf("fleetId", id),
            Node(
                "error",
                Leaf(
                    "code",
                    id.StartsWith("fleet-", StringComparison.Ordinal) ? "fleetIdDoesNotExist" : "fleetIdMalformed"
                ),
                Leaf("message", $"The fleet '{id}' does not exist.")
            )
        );
}

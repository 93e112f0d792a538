using HybridLlm.Liqo.Clusters;
using HybridLlm.Liqo.Observing;
using HybridLlm.Liqo.Peering;
using HybridLlm.Liqo.Resources;
using HybridLlm.Liqo.Steps;

namespace HybridLlm.Liqo.Networking;

/// <summary>
/// A tunnel with another endpoint is another tunnel, with other keys: the old one goes first, the called gateway last, so that an attempt
/// that is cut off still knows what it was at. What goes with a gateway is waited for, lest its old keys be taken for the new ones.
/// </summary>
internal static class TunnelReplacement
{
    /// <summary>Steps until nothing of the old tunnel is left, and the facts as they are then.</summary>
    public static (IReadOnlyList<PlannedStep> Steps, PairFacts After) Of(
        GatewaySpec spec,
        TimeSpan patience,
        PairFacts facts
    )
    {
        List<PlannedStep> steps = [];
        var after = facts;
        if (GatewayPlanner.IsToBeReplaced(spec, facts))
        {
            foreach (var key in Gateways(spec, facts))
            {
                if (facts.World.Find(key) is { IsGoing: false })
                {
                    steps.Add(new DeleteStep(key, "the tunnel is to have another endpoint"));
                }

                steps.Add(WaitForEnd.Of(key, patience, facts.World.Find(key)!.Holders));
                after = after with { World = after.World.Without(key) };
            }
        }

        foreach (var key in Orphans(after))
        {
            steps.Add(WaitForEnd.Of(key, patience, "the cluster's garbage collector has not come by yet"));
            after = after with { World = after.World.Without(key) };
        }

        return (steps, after);
    }

    private static IEnumerable<ObjectKey> Gateways(GatewaySpec spec, PairFacts facts) =>
        [
            .. Keys(facts, spec.Client, Kinds.PublicKey),
            .. Keys(facts, spec.Server, Kinds.PublicKey),
            .. Keys(facts, spec.Client, Kinds.GatewayClient),
            .. Keys(facts, spec.Server, Kinds.GatewayServer),
        ];

    private static IEnumerable<ObjectKey> Keys<T>(PairFacts facts, ClusterSide side, ResourceKind<T> kind)
        where T : ClusterObject => NetworkObjects.All(facts, side, kind).Select(o => ObjectKey.Of(side, kind, o));

    /// <summary>Parts of gateways that are no longer there.</summary>
    private static IEnumerable<ObjectKey> Orphans(PairFacts facts) =>
        from side in new[] { ClusterSide.Consumer, ClusterSide.Provider }
        where NetworkObjects.ServerOn(facts, side) is null && NetworkObjects.ClientOn(facts, side) is null
        from kind in new ResourceKind[] { Kinds.Secret, Kinds.Deployment, Kinds.Connection }
        let key = NetworkObjects.Part(facts, side, kind, facts.PeerOf(side))
        where facts.World.Find(key) is not null
        select key;
}

using HybridLlm.Liqo.Clusters;
using HybridLlm.Liqo.Observing;
using HybridLlm.Liqo.Peering;
using HybridLlm.Liqo.Resources;
using HybridLlm.Liqo.Steps;

namespace HybridLlm.Liqo.Networking;

/// <summary>What is missing for Liqo's own network between two clusters, or still there of it. Pure.</summary>
internal static class NetworkPlanner
{
    /// <summary>Steps still to do until the tunnel carries packets; the tenant namespaces are made before.</summary>
    /// <exception cref="LiqoRefusedException">What the clusters show rules it out.</exception>
    public static IEnumerable<PlannedStep> Connect(GatewaySpec spec, TimeSpan patience, PairFacts facts) =>
        [.. ConfigurationPlanner.Steps(spec, patience, facts), .. TunnelSteps(spec, patience, facts)];

    private static IEnumerable<PlannedStep> TunnelSteps(GatewaySpec spec, TimeSpan patience, PairFacts facts)
    {
        if (IsThereInReverse(spec, facts))
        {
            return KeyExchangePlanner.ConnectionSteps(spec, patience, facts);
        }

        var (replacement, after) = TunnelReplacement.Of(spec, patience, facts);
        return
        [
            .. replacement,
            .. GatewayPlanner.Steps(spec, patience, after),
            .. KeyExchangePlanner.Steps(spec, patience, after),
            .. KeyExchangePlanner.ConnectionSteps(spec, patience, after),
        ];
    }

    /// <summary>Steps still to do until no gateway is left, and, of a reset, no configuration.</summary>
    public static IEnumerable<PlannedStep> Disconnect(TimeSpan patience, PairFacts facts, bool isReset)
    {
        ResourceKind[] kinds = isReset
            ? [Kinds.GatewayClient, Kinds.GatewayServer, Kinds.PublicKey, Kinds.Configuration]
            : [Kinds.GatewayClient, Kinds.GatewayServer];
        ClusterSide[] sides = facts.HasProvider ? [ClusterSide.Consumer, ClusterSide.Provider] : [ClusterSide.Consumer];
        var held = (
            from kind in kinds
            from side in sides
            from o in Held(facts, side, kind)
            select (side, kind, o)
        ).ToList();
        return
        [
            .. held.Where(h => !h.o.IsGoing)
                .Select(h => new DeleteStep(ObjectKey.Of(h.side, h.kind, h.o), "takes the network down")),
            .. held.Select(h => WaitForEnd.Of(ObjectKey.Of(h.side, h.kind, h.o), patience, h.o.Holders)),
        ];
    }

    /// <summary>The peering in the other direction made the tunnel: it serves both.</summary>
    private static bool IsThereInReverse(GatewaySpec spec, PairFacts facts) =>
        NetworkObjects.ServerOn(facts, spec.Client) is { IsGoing: false }
        || NetworkObjects.ClientOn(facts, spec.Server) is { IsGoing: false };

    private static IEnumerable<ClusterObject> Held(PairFacts facts, ClusterSide side, ResourceKind kind) =>
        facts
            .World.All(side, kind)
            .Where(o =>
                o.Namespace == facts.NamespaceOf(side) && o.Label(LiqoNames.RemoteClusterId) == facts.PeerOf(side)
            );
}

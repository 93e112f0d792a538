using HybridLlm.Liqo.Clusters;
using HybridLlm.Liqo.Observing;
using HybridLlm.Liqo.Peering;
using HybridLlm.Liqo.Resources;

namespace HybridLlm.Liqo.Networking;

/// <summary>What one cluster holds of its network with the peer. Labels find it, whatever it is called.</summary>
internal static class NetworkObjects
{
    public static Configuration? ConfigurationOn(PairFacts facts, ClusterSide side) =>
        All(facts, side, Kinds.Configuration) is [var found, ..] ? found : null;

    public static GatewayServer? ServerOn(PairFacts facts, ClusterSide side) =>
        All(facts, side, Kinds.GatewayServer) is [var found, ..] ? found : null;

    public static GatewayClient? ClientOn(PairFacts facts, ClusterSide side) =>
        All(facts, side, Kinds.GatewayClient) is [var found, ..] ? found : null;

    public static IReadOnlyList<Connection> ConnectionsOn(PairFacts facts, ClusterSide side) =>
        All(facts, side, Kinds.Connection);

    public static IReadOnlyList<T> All<T>(PairFacts facts, ClusterSide side, ResourceKind<T> kind)
        where T : ClusterObject =>
        [
            .. facts
                .World.All(side, kind)
                .Where(o =>
                    o.Namespace == facts.NamespaceOf(side) && o.Label(LiqoNames.RemoteClusterId) == facts.PeerOf(side)
                ),
        ];

    /// <summary>The one there is, or where it will be.</summary>
    public static ObjectKey KeyOf<T>(PairFacts facts, ClusterSide side, ResourceKind<T> kind)
        where T : ClusterObject =>
        new(
            side,
            kind,
            facts.NamespaceOf(side),
            All(facts, side, kind) is [var found, ..] ? found.Name : facts.PeerOf(side)
        );

    public static Target Of(PairFacts facts, ClusterSide side, ResourceKind kind) =>
        new(
            side,
            new Selection(kind, facts.NamespaceOf(side))
            {
                Labels = $"{LiqoNames.RemoteClusterId}={facts.PeerOf(side)}",
            }
        );

    public static Target Ranges(PairFacts facts, ClusterSide side) =>
        new(side, new Selection(Kinds.IpamNetwork, facts.LiqoNamespaceOf(side))) { IsOptional = true };

    public static Target ServerTemplate(PairFacts facts, ClusterSide side) =>
        Target.On(new ObjectKey(side, Kinds.ServerTemplate, facts.LiqoNamespaceOf(side), LiqoNames.ServerTemplate)) with
        {
            IsOptional = true,
        };

    /// <summary>What a network's planner looks at in the tenant namespaces; those that are not there yet hold nothing.</summary>
    public static IEnumerable<Target> TenancyTargets(PairFacts facts)
    {
        foreach (var side in new[] { ClusterSide.Consumer, ClusterSide.Provider })
        {
            if (facts.TenantNamespacesOf(side).Count == 0)
            {
                continue;
            }

            var ns = facts.NamespaceOf(side);
            yield return Of(facts, side, Kinds.Configuration);
            yield return Of(facts, side, Kinds.GatewayServer);
            yield return Of(facts, side, Kinds.GatewayClient);
            yield return Of(facts, side, Kinds.PublicKey);
            yield return Of(facts, side, Kinds.Connection);
            yield return Target.On(Part(facts, side, Kinds.Deployment, facts.PeerOf(side))) with
            {
                IsOptional = true,
            };
            yield return new Target(
                side,
                new Selection(Kinds.Secret, ns) { Labels = $"{LiqoNames.GatewayResource}=true" }
            );
        }
    }

    public static ObjectKey Part(PairFacts facts, ClusterSide side, ResourceKind kind, string gateway) =>
        new(side, kind, facts.NamespaceOf(side), LiqoNames.GatewayPartOf(gateway));

    /// <summary>Ranges of a kind of one cluster, as it tells them.</summary>
    public static IReadOnlyList<string> RangesOf(PairFacts facts, ClusterSide side, string type) =>
        [
            .. facts
                .World.All(side, Kinds.IpamNetwork)
                .Where(n => n.Namespace == facts.LiqoNamespaceOf(side) && n.Label(LiqoNames.NetworkType) == type)
                .Select(n => n.Status?.Cidr)
                .OfType<string>()
                .Where(c => c.Length > 0),
        ];
}

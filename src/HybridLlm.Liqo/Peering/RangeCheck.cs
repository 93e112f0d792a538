using System.Net;
using HybridLlm.Liqo.Clusters;
using HybridLlm.Liqo.Resources;

namespace HybridLlm.Liqo.Peering;

/// <summary>
/// Whether pod addresses may be reflected as they are. Two clusters' service ranges may be equal, since a service address
/// never leaves its cluster.
/// </summary>
internal static class RangeCheck
{
    private const string Pods = "pod-cidr";
    private const string Services = "service-cidr";

    /// <exception cref="LiqoRefusedException">A range of one cluster's pods is in use on the other.</exception>
    public static void ThrowIfOverlapping(PairFacts facts)
    {
        var consumer = Ranges(facts, ClusterSide.Consumer);
        var provider = Ranges(facts, ClusterSide.Provider);
        List<string> overlaps =
        [
            .. from c in consumer
            from p in provider
            where c.Type == Pods || p.Type == Pods
            where Overlap(c.Range, p.Range)
            select $"the consumer's {c.Type} {c.Range} and the provider's {p.Type} {p.Range}",
        ];
        if (overlaps.Count > 0)
        {
            throw new LiqoRefusedException(
                LiqoRefusal.RangesOverlap,
                $"Without Liqo's own network, these must not overlap: {string.Join("; ", overlaps)}.",
                "Give the provider other pod and service ranges when it is made."
            );
        }
    }

    private static IReadOnlyList<(string Type, IPNetwork Range)> Ranges(PairFacts facts, ClusterSide cluster) =>
        [
            .. from network in facts.World.All(cluster, Kinds.IpamNetwork)
            where network.Namespace == facts.LiqoNamespaceOf(cluster)
            let type = network.Label(LiqoNames.NetworkType)
            where type is Pods or Services
            where IPNetwork.TryParse(network.Spec?.Cidr, out _)
            select (type, IPNetwork.Parse(network.Spec!.Cidr!)),
        ];

    private static bool Overlap(IPNetwork one, IPNetwork other) =>
        one.Contains(other.BaseAddress) || other.Contains(one.BaseAddress);
}

using System.Net;
using HybridLlm.Liqo.Peering;

namespace HybridLlm.Liqo.Diagnosis;

/// <summary>Which ranges collide. With Liqo's own network it calls them by others; service addresses never leave their cluster.</summary>
internal static class RangeFindings
{
    private const string Pods = "pod-cidr";

    public static IEnumerable<PreflightFinding> Of(PreflightSpec spec, ClusterSurvey consumer, ClusterSurvey provider)
    {
        if (consumer.Networks is null || provider.Networks is null)
        {
            yield return PreflightJudge.Unseen(PreflightCheck.Ranges, null, "the ranges of both clusters");
            yield break;
        }

        var isReflected = spec.Peering.Network == NetworkFabric.External;
        List<PreflightFinding> found =
        [
            .. from c in consumer.Ranges
            from p in provider.Ranges
            where c.Name == Pods || p.Name == Pods
            where Overlap(c.Range, p.Range)
            select Finding(
                isReflected,
                $"The consumer's {c.Name} {c.Range} and the provider's {p.Name} {p.Range} overlap."
            ),
            .. from cluster in new[] { consumer, provider }
            from own in cluster.Ranges
            from other in spec.OtherRanges.OrderBy(o => o.Key, StringComparer.Ordinal)
            where Overlap(own.Range, IPNetwork.Parse(other.Value))
            select PreflightJudge.Fail(
                PreflightCheck.Ranges,
                cluster.Side,
                $"Its {own.Name} {own.Range} and {other.Key} {other.Value} overlap: packets take the wrong way.",
                "Give the cluster other ranges when it is made, or that network another one."
            ),
        ];
        if (found.Count == 0)
        {
            found.Add(PreflightJudge.Pass(PreflightCheck.Ranges, null, "No ranges collide."));
        }

        foreach (var finding in found)
        {
            yield return finding;
        }
    }

    private static PreflightFinding Finding(bool isReflected, string message) =>
        isReflected
            ? PreflightJudge.Fail(
                PreflightCheck.Ranges,
                null,
                message,
                "Give the provider other ranges when it is made, or use NetworkFabric.Liqo, which calls them by others."
            )
            : PreflightJudge.Pass(PreflightCheck.Ranges, null, $"{message} This network does not reflect them.");

    private static bool Overlap(IPNetwork one, IPNetwork other) =>
        one.Contains(other.BaseAddress) || other.Contains(one.BaseAddress);
}

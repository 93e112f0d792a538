using HybridLlm.Liqo.Networking;
using HybridLlm.Liqo.Resources;
using HybridLlm.Liqo.Slices;
using HybridLlm.Liqo.Steps;

namespace HybridLlm.Liqo.Peering;

/// <summary>What is missing for two clusters to be peered as wanted. Pure: the same spec and facts give the same steps.</summary>
internal static class PeeringPlanner
{
    /// <summary>The steps still to do, in order; empty when the peering stands.</summary>
    /// <exception cref="InvalidSpecException">The spec cannot be.</exception>
    /// <exception cref="StaleClusterIdException">The provider's id is that of an earlier cluster.</exception>
    /// <exception cref="LiqoRefusedException">What the clusters show rules the peering out.</exception>
    public static IReadOnlyList<PlannedStep> Plan(PeeringSpec spec, PeeringFacts facts)
    {
        InvalidSpecException.ThrowIfAny("The peering spec", spec.Faults());
        ThrowIfImpossible(facts);
        if (spec.Network == NetworkFabric.External)
        {
            RangeCheck.ThrowIfOverlapping(facts);
        }

        if (spec.InBand)
        {
            _ = InBandAddress.Of(facts);
        }

        return
        [
            .. TenancyPlanner.Steps(spec.Patience, facts),
            .. spec.Network == NetworkFabric.Liqo ? NetworkPlanner.Connect(spec.Gateway, spec.Patience, facts) : [],
            .. AuthenticationPlanner.Steps(spec.Patience, facts),
            .. SlicePlanner.Steps(spec.ToSlice(facts.ProviderId), facts),
        ];
    }

    /// <exception cref="StaleClusterIdException">The provider's id is that of an earlier cluster.</exception>
    /// <exception cref="LiqoRefusedException">Both ends have one id.</exception>
    public static void ThrowIfImpossible(PeeringFacts facts)
    {
        if (facts.ConsumerId == facts.ProviderId)
        {
            throw new LiqoRefusedException(
                LiqoRefusal.SameCluster,
                $"Both clusters have the id '{facts.ConsumerId}'.",
                "Give two different clusters, or give one of them another id."
            );
        }

        ThrowIfStale(facts);
    }

    private static void ThrowIfStale(PeeringFacts facts)
    {
        List<string> evidence = [.. Evidence(facts).OfType<string>()];
        if (evidence.Count > 0)
        {
            throw new StaleClusterIdException(facts.ProviderId, evidence);
        }
    }

    private static IEnumerable<string?> Evidence(PeeringFacts facts)
    {
        yield return facts.SignedNonce?.Value(SecretKeys.Nonce) is { } signed
        && facts.Nonce?.Value(SecretKeys.Nonce)?.AsSpan().SequenceEqual(signed) != true
            ? "the consumer has signed a nonce that is not the provider's"
            : null;
        yield return facts.ForeignCluster?.IsDeclaredGone == true
            ? "on the consumer, its ForeignCluster is declared gone for good"
            : null;
    }
}

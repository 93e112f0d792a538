using HybridLlm.Liqo.Steps;

namespace HybridLlm.Liqo.Peering;

/// <summary>What is still missing from a peering, in order.</summary>
/// <param name="Spec">The peering wanted.</param>
/// <param name="Steps">Steps to do; empty when the peering stands as wanted.</param>
public sealed record PeeringPlan(PeeringSpec Spec, IReadOnlyList<LiqoStep> Steps)
{
    internal FreshLook<PeeringFacts>? Look { get; init; }
}

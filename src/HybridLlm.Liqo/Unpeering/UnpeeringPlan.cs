using HybridLlm.Liqo.Steps;

namespace HybridLlm.Liqo.Unpeering;

/// <summary>What must still be undone, in order.</summary>
/// <param name="Spec">What is to end.</param>
/// <param name="Steps">Steps to do; empty when nothing is left of the peering.</param>
public sealed record UnpeeringPlan(UnpeeringSpec Spec, IReadOnlyList<LiqoStep> Steps)
{
    internal FreshLook<UnpeeringFacts>? Look { get; init; }
}

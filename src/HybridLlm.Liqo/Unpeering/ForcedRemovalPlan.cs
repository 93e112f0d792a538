using HybridLlm.Liqo.Steps;

namespace HybridLlm.Liqo.Unpeering;

/// <summary>What is to be undone without the provider, in order.</summary>
/// <param name="Spec">What is to end.</param>
/// <param name="Steps">
/// Steps to do; empty when nothing is left of the peering. Finalizers are taken away only where Liqo's controllers leave
/// them for longer than the spec's patience, which no plan can foresee.
/// </param>
public sealed record ForcedRemovalPlan(ForcedRemovalSpec Spec, IReadOnlyList<LiqoStep> Steps);

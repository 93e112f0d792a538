using HybridLlm.Liqo.Observing;
using HybridLlm.Liqo.Steps;

namespace HybridLlm.Liqo.Offloading;

/// <summary>What is still missing for a namespace to be offloaded, in order.</summary>
/// <param name="Spec">The offloading wanted.</param>
/// <param name="Steps">Steps to do; empty when it is as wanted.</param>
public sealed record OffloadingPlan(OffloadingSpec Spec, IReadOnlyList<LiqoStep> Steps)
{
    internal FreshLook<World>? Look { get; init; }
}

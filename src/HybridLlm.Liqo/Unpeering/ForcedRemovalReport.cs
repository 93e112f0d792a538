using HybridLlm.Liqo.Steps;

namespace HybridLlm.Liqo.Unpeering;

/// <summary>What a forced removal did.</summary>
public sealed record ForcedRemovalReport
{
    internal ForcedRemovalReport(string providerId, IReadOnlyList<LiqoStep> steps)
    {
        ProviderId = providerId;
        Steps = steps;
    }

    /// <summary>Id of the provider.</summary>
    public string ProviderId { get; }

    /// <summary>Every step done, in order; empty when there was nothing to undo.</summary>
    public IReadOnlyList<LiqoStep> Steps { get; }

    /// <summary>Those that overrode somebody who was not there to agree.</summary>
    public IEnumerable<LiqoStep> Forced => Steps.Where(s => s.IsForced);
}

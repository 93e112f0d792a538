using HybridLlm.Liqo.Steps;

namespace HybridLlm.Liqo.Unpeering;

/// <summary>How a provider that was taken away was let go.</summary>
public sealed record DepartureReport
{
    internal DepartureReport(string providerId, IReadOnlyList<LiqoStep> steps, string? forcedBecause)
    {
        ProviderId = providerId;
        Steps = steps;
        ForcedBecause = forcedBecause;
    }

    /// <summary>Id of the provider.</summary>
    public string ProviderId { get; }

    /// <summary>Every step done, in order.</summary>
    public IReadOnlyList<LiqoStep> Steps { get; }

    /// <summary>Why it did not end in agreement with the provider; null when it did.</summary>
    public string? ForcedBecause { get; }

    /// <summary>Steps that overrode somebody who was not there to agree.</summary>
    public IEnumerable<LiqoStep> Forced => Steps.Where(s => s.IsForced);
}

namespace HybridLlm.Liqo.Diagnosis;

/// <summary>What stands in the way of a peering, all at once.</summary>
public sealed record PreflightReport
{
    internal PreflightReport(IReadOnlyList<PreflightFinding> findings) => Findings = findings;

    /// <summary>Everything looked at, in the order of <see cref="PreflightCheck"/>.</summary>
    public IReadOnlyList<PreflightFinding> Findings { get; }

    /// <summary>Whether nothing stands in the way.</summary>
    public bool CanPeer => Findings.All(f => f.Verdict != PreflightVerdict.Failed);

    /// <summary>A line for each finding.</summary>
    public override string ToString() => string.Join('\n', Findings);
}

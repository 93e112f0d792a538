using HybridLlm.Liqo.Diagnosis;

namespace HybridLlm.Federating;

/// <summary>A GPU cluster cannot be peered with the homelab as both stand. It is given back.</summary>
public sealed class PeeringImpossibleException : HybridLlmException
{
    internal PeeringImpossibleException(string wakeId, PreflightReport report)
        : base(
            $"{wakeId} cannot be peered with the homelab: {string.Join("; ", Failed(report).Select(f => $"{f.Check}: {f.Message.TrimEnd('.')}"))}.",
            string.Join(
                " ",
                Failed(report).Select(f => f.Remedy).Where(r => r.Length > 0).Distinct(StringComparer.Ordinal)
            )
        ) => Findings = [.. Failed(report)];

    /// <summary>Everything that stands in the way.</summary>
    public IReadOnlyList<PreflightFinding> Findings { get; }

    private static IEnumerable<PreflightFinding> Failed(PreflightReport report) =>
        report.Findings.Where(f => f.Verdict == PreflightVerdict.Failed);
}

namespace HybridLlm.Nebula;

/// <summary>What was asked breaks Nebula's rules or ours. Carries every fault found, not only the first.</summary>
public sealed class NebulaValidationException : NebulaException
{
    internal NebulaValidationException(string subject, IReadOnlyList<NebulaFault> faults)
        : base(Describe(subject, faults), faults[0].Code, faults[0].Remedy) => Faults = faults;

    /// <summary>Every fault found; never empty. <see cref="NebulaException.Code"/> and Remedy are the first one's.</summary>
    public IReadOnlyList<NebulaFault> Faults { get; }

    internal static void ThrowIfAny(string subject, IReadOnlyList<NebulaFault> faults)
    {
        if (faults.Count > 0)
        {
            throw new NebulaValidationException(subject, faults);
        }
    }

    private static string Describe(string subject, IReadOnlyList<NebulaFault> faults) =>
        faults.Count == 1
            ? $"{subject} is refused. {faults[0]}"
            : $"{subject} is refused for {faults.Count} reasons."
                + string.Concat(faults.Select((f, i) => $"{Environment.NewLine}  {i + 1}. {f}"));
}

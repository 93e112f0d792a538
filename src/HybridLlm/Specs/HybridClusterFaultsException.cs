namespace HybridLlm.Specs;

/// <summary>What was asked for cannot be done as it stands. Nothing has been changed anywhere.</summary>
public sealed class HybridClusterFaultsException : HybridLlmException
{
    internal HybridClusterFaultsException(IReadOnlyList<SpecFault> faults)
        : base(
            $"{faults.Count} thing(s) stand in the way of this cluster; nothing was changed.\n{string.Join('\n', faults.Select(f => $"  {f}"))}\n",
            faults.Count == 1 ? faults[0].Remedy : "Mend them all and plan again."
        ) => Faults = faults;

    /// <summary>Every fault found; never empty.</summary>
    public IReadOnlyList<SpecFault> Faults { get; }

    internal static void ThrowIfAny(IReadOnlyList<SpecFault> faults)
    {
        if (faults.Count > 0)
        {
            throw new HybridClusterFaultsException(faults);
        }
    }
}

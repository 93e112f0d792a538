namespace HybridLlm.Testing.Simulation.Replays;

/// <summary>A folder of traces cannot be replayed; every fault found is listed.</summary>
public sealed class SpotTraceException : Exception
{
    internal SpotTraceException(string folder, IReadOnlyList<string> faults)
        : base($"The traces in '{folder}' cannot be replayed: {string.Join("; ", faults)}.") => Faults = faults;

    /// <summary>Each fault with the file or value at fault; never empty.</summary>
    public IReadOnlyList<string> Faults { get; }
}

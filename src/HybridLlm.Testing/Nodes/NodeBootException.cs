namespace HybridLlm.Testing.Nodes;

/// <summary>An emulated node found something wrong in what it was given. A real one would have powered itself off, and so did this one.</summary>
public sealed class NodeBootException : Exception
{
    internal NodeBootException(string wakeId, IReadOnlyList<string> faults)
        : base($"{wakeId}: {string.Join("; ", faults)}") => Faults = faults;

    /// <summary>Everything that is wrong.</summary>
    public IReadOnlyList<string> Faults { get; }
}

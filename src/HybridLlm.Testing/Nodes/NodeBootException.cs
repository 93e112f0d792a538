namespace HybridLlm.Testing.Nodes;

/// <summary>
/// An emulated node found something wrong in what it was given, and does not do it. One that has not booted yet has powered itself off, as
/// a real one would have.
/// </summary>
public sealed class NodeBootException : Exception
{
    internal NodeBootException(string wakeId, IReadOnlyList<string> faults)
        : base($"{wakeId}: {string.Join("; ", faults)}") => Faults = faults;

    /// <summary>Everything that is wrong.</summary>
    public IReadOnlyList<string> Faults { get; }
}

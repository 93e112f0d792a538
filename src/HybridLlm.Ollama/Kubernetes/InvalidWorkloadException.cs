namespace HybridLlm.Ollama.Kubernetes;

/// <summary>An <see cref="OllamaWorkload"/> cannot be run as it stands.</summary>
public sealed class InvalidWorkloadException : OllamaException
{
    internal InvalidWorkloadException(IReadOnlyList<string> faults)
        : base(
            $"The workload has {faults.Count} faults: {string.Join(" ", faults)}",
            "Correct each and build again."
        ) => Faults = faults;

    /// <summary>Every fault, a sentence each.</summary>
    public IReadOnlyList<string> Faults { get; }
}

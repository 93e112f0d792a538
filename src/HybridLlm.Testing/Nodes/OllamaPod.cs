namespace HybridLlm.Testing.Nodes;

/// <summary>The Ollama that a pod starts on a node.</summary>
internal sealed record OllamaPod
{
    /// <summary>Port at the pod's own address; null when the pod is on the node's network.</summary>
    public required int? PodPort { get; init; }

    /// <summary>Port at the node's mesh address; null when nothing answers there.</summary>
    public required int? NodePort { get; init; }

    /// <summary>Context of one request.</summary>
    public required int ContextTokens { get; init; }

    /// <summary>Requests answered at once.</summary>
    public required int Parallel { get; init; }

    /// <summary>Models in its folder, by Ollama's name.</summary>
    public required IReadOnlyList<string> Models { get; init; }
}

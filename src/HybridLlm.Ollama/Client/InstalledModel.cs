namespace HybridLlm.Ollama;

/// <summary>A model on the server's disk, from <c>GET /api/tags</c>.</summary>
public sealed record InstalledModel
{
    /// <summary>Full name with tag, e.g. <c>llama3.1:8b</c>.</summary>
    public required string Name { get; init; }

    /// <summary>SHA-256 of the manifest, 64 hex digits: equal digests are equal weights, template and parameters.</summary>
    public required string Digest { get; init; }

    /// <summary>All layers on disk, bytes.</summary>
    public required long Bytes { get; init; }

    /// <summary>When it was pulled or made.</summary>
    public required DateTimeOffset ModifiedAt { get; init; }

    /// <summary>Architecture, e.g. <c>llama</c>; empty if unknown.</summary>
    public required string Family { get; init; }

    /// <summary>Parameters as the server writes them, e.g. <c>8.0B</c>; empty if unknown.</summary>
    public required string ParameterSize { get; init; }

    /// <summary>Quantization of most weights, e.g. <c>Q4_K_M</c>; empty if unknown.</summary>
    public required string Quantization { get; init; }

    /// <summary>Longest context the model was trained for, tokens; null where the server does not say (before 0.30).</summary>
    public int? ContextLength { get; init; }

    /// <summary>What it can do, e.g. <c>completion</c>, <c>tools</c>, <c>thinking</c>, <c>embedding</c>; empty where the server does not say.</summary>
    public required IReadOnlyList<string> Capabilities { get; init; }
}

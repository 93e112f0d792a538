namespace HybridLlm.Ollama;

/// <summary>A model in memory, from <c>GET /api/ps</c>. One that is still being loaded is not listed.</summary>
public sealed record ResidentModel
{
    /// <summary>Full name with tag, e.g. <c>llama3.1:8b</c>.</summary>
    public required string Name { get; init; }

    /// <summary>SHA-256 of the manifest, 64 hex digits.</summary>
    public required string Digest { get; init; }

    /// <summary>Weights, cache and compute buffers, bytes.</summary>
    public required long Bytes { get; init; }

    /// <summary>Of <see cref="Bytes"/>, what lies in GPU memory.</summary>
    public required long GpuBytes { get; init; }

    /// <summary>Context of one of its parallel requests, tokens.</summary>
    public required int ContextLength { get; init; }

    /// <summary>When it leaves if nobody asks; the year 2319 means never. Does not move while a request runs.</summary>
    public required DateTimeOffset ExpiresAt { get; init; }

    /// <summary>True if nothing of it fell back to slow system memory. False on a GPU machine is an alarm: the model does not fit.</summary>
    public bool WhollyOnGpu => GpuBytes >= Bytes;
}

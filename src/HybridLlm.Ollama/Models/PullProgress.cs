namespace HybridLlm.Ollama.Models;

/// <summary>How far a pull is, over all its layers.</summary>
public sealed record PullProgress
{
    /// <summary>The server's own words, e.g. <c>pulling manifest</c> or <c>verifying sha256 digest</c>.</summary>
    public required string Status { get; init; }

    /// <summary>Bytes the server has, of every layer it has named so far. May fall where it throws a broken part away.</summary>
    public required long CompletedBytes { get; init; }

    /// <summary>Size of every layer it has named so far, bytes. Grows with each layer; the first is mostly the weights, so nearly all.</summary>
    public required long TotalBytes { get; init; }

    /// <summary>True for the last one only: the model is on the server's disk.</summary>
    public bool Done { get; init; }
}

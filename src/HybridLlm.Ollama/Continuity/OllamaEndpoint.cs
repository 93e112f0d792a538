namespace HybridLlm.Ollama.Continuity;

/// <summary>A server an answer may come from.</summary>
public sealed record OllamaEndpoint
{
    /// <summary>The server.</summary>
    public required OllamaClient Client { get; init; }

    /// <summary>Cancelled when the server is about to go: its answers then move on before they are cut.</summary>
    public CancellationToken Draining { get; init; }
}

/// <summary>Says where an answer comes from, and where it goes on.</summary>
public interface IOllamaEndpoints
{
    /// <summary>The next server to try; may wait until there is one. Null if there is none and none to wait for.</summary>
    /// <param name="model">Model name of the request.</param>
    /// <param name="failed">Servers this answer has already failed on or left, oldest first; empty at its beginning.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    ValueTask<OllamaEndpoint?> NextAsync(
        string model,
        IReadOnlyList<OllamaEndpoint> failed,
        CancellationToken cancellationToken
    );
}

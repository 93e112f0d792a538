namespace HybridLlm.Ollama.Continuity;

/// <summary>A server an answer may come from.</summary>
public sealed record OllamaEndpoint
{
    /// <summary>The server.</summary>
    public required OllamaClient Client { get; init; }

    /// <summary>
    /// Cancelled when the server is about to go. The next server is then asked for and made ready while this one still answers, and
    /// the answer moves once it is; without a next one it stays until it is cut.
    /// </summary>
    public CancellationToken Draining { get; init; }

    /// <summary>Cancelled when the server is known to be gone, although its connections may still look open.</summary>
    public CancellationToken Lost { get; init; }

    /// <summary>Disposed once, when the answer has left the server; null if nobody needs to know.</summary>
    public IDisposable? Lease { get; init; }
}

/// <summary>Says where an answer comes from, and where it goes on.</summary>
public interface IOllamaEndpoints
{
    /// <summary>
    /// The next server to try; may wait until there is one. Null if there is none and none to wait for. For a draining server it may
    /// be asked and then no longer be needed: the wait is cancelled, or the server's lease disposed.
    /// </summary>
    /// <param name="model">Model name of the request.</param>
    /// <param name="failed">Servers this answer has already failed on or left, oldest first; empty at its beginning.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    ValueTask<OllamaEndpoint?> NextAsync(
        string model,
        IReadOnlyList<OllamaEndpoint> failed,
        CancellationToken cancellationToken
    );
}

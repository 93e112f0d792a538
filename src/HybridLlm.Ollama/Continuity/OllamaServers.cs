namespace HybridLlm.Ollama.Continuity;

/// <summary>
/// Servers in the order they are preferred. An answer that fails on one goes on at the next it has not been at, and then, since a server
/// may be back, at the one it left longest ago.
/// </summary>
public sealed class OllamaServers : IOllamaEndpoints
{
    private readonly IReadOnlyList<OllamaEndpoint> _servers;

    /// <summary>Servers that stay their owner's.</summary>
    /// <param name="clients">The servers; one or more.</param>
    /// <exception cref="ArgumentException">There is none.</exception>
    public OllamaServers(params IReadOnlyList<OllamaClient> clients)
    {
        ArgumentNullException.ThrowIfNull(clients);
        if (clients.Count == 0)
        {
            throw new ArgumentException("There is no server: give one or more.", nameof(clients));
        }

        _servers = [.. clients.Select(c => new OllamaEndpoint { Client = c })];
    }

    /// <inheritdoc/>
    public ValueTask<OllamaEndpoint?> NextAsync(
        string model,
        IReadOnlyList<OllamaEndpoint> failed,
        CancellationToken cancellationToken
    )
    {
        ArgumentNullException.ThrowIfNull(failed);
        var next = _servers
            .Where(s => _servers.Count == 1 || failed.Count == 0 || !ReferenceEquals(s, failed[^1]))
            .MinBy(s => failed.ToList().FindLastIndex(f => ReferenceEquals(f, s)));
        return ValueTask.FromResult<OllamaEndpoint?>(next);
    }
}

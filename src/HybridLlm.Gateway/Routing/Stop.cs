using HybridLlm.Ollama;
using HybridLlm.Reaching;

namespace HybridLlm.Gateway.Routing;

/// <summary>A server held for one request.</summary>
internal sealed class Stop : IDisposable
{
    private readonly Func<CancellationToken, Task> _examine;
    private readonly Action _leave;
    private int _left;

    private Stop(Func<CancellationToken, Task> examine, Action leave) => (_examine, _leave) = (examine, leave);

    /// <summary>What tells it from others, for people, too.</summary>
    public required string Name { get; init; }

    public required Uri Address { get; init; }

    public required HttpMessageInvoker Http { get; init; }

    public required OllamaClient Client { get; init; }

    public required CancellationToken Draining { get; init; }

    public required CancellationToken Lost { get; init; }

    /// <summary>Digest of the model there; null if not known.</summary>
    public string? Digest { get; private init; }

    public string? Version { get; private init; }

    /// <summary>A server at home, with the model in memory if that could be had.</summary>
    public static async Task<Stop> AtHomeAsync(
        Backend backend,
        Grant grant,
        string model,
        GatewayRouter router,
        CancellationToken cancellationToken
    )
    {
        await backend.EnsureLoadedAsync(model, cancellationToken).ConfigureAwait(false);
        return new Stop(t => router.Home.ExamineAsync(backend, t), grant.Dispose)
        {
            Name = backend.Name,
            Address = backend.Address,
            Http = backend.Http,
            Client = backend.Client,
            Draining = backend.Draining,
            Lost = backend.Lost,
            Digest = backend.View.Digest(model),
            Version = backend.View.Version,
        };
    }

    public static Stop InTheCloud(ModelEndpoint node, Grant grant, HybridCluster cluster)
    {
        OllamaClient client = new(node.Http, node.Address);
        return new Stop(
            t => cluster.ExamineAsync(node, t),
            () =>
            {
                client.Dispose();
                node.Dispose();
                grant.Dispose();
            }
        )
        {
            Name = node.Node,
            Address = node.Address,
            Http = node.Http,
            Client = client,
            Draining = node.Draining,
            Lost = node.Lost,
        };
    }

    /// <summary>Has it looked at, so that it is not given again if it is gone.</summary>
    public Task ExamineAsync(CancellationToken cancellationToken) => _examine(cancellationToken);

    public void Dispose()
    {
        if (Interlocked.Exchange(ref _left, 1) == 0)
        {
            _leave();
        }
    }
}

using HybridLlm.Gateway.Holding;
using HybridLlm.Ollama.Continuity;

namespace HybridLlm.Gateway.Routing;

/// <summary>One request's way through servers: where its answer comes from, and where it goes on when that server fails.</summary>
internal sealed class Route(GatewayRouter router, Wish wish, RequestHold hold) : IOllamaEndpoints
{
    private Wish _wish = wish;

    /// <summary>Set once something of the answer has reached the client.</summary>
    public bool Begun { get; set; }

    /// <summary>Name of the server it came from last; null before the first.</summary>
    public string? Server { get; private set; }

    public async ValueTask<OllamaEndpoint?> NextAsync(
        string model,
        IReadOnlyList<OllamaEndpoint> failed,
        CancellationToken cancellationToken
    )
    {
        if (failed is [.., { Lease: Stop last }])
        {
            if (!last.Draining.IsCancellationRequested)
            {
                await last.ExamineAsync(cancellationToken).ConfigureAwait(false);
            }

            _wish = _wish with
            {
                Begun = Begun,
                Avoid = [.. _wish.Avoid, last.Name],
                Digest = _wish.Digest ?? last.Digest,
                Version = _wish.Version ?? last.Version,
            };
        }

        var stop = await OpenAsync(_wish, cancellationToken).ConfigureAwait(false);
        Server = stop.Name;
        return new OllamaEndpoint
        {
            Client = stop.Client,
            Draining = stop.Draining,
            Lost = stop.Lost,
            Lease = stop,
        };
    }

    /// <summary>A server, for what is one question and one reply.</summary>
    public Task<Stop> OpenAsync(CancellationToken cancellationToken) => OpenAsync(_wish, cancellationToken);

    private async Task<Stop> OpenAsync(Wish wanted, CancellationToken cancellationToken)
    {
        var grant = await router.TakeAsync(wanted, hold, cancellationToken).ConfigureAwait(false);
        try
        {
            return grant.Backend is { } backend
                ? await Stop.AtHomeAsync(backend, grant, wanted.Model, router, cancellationToken).ConfigureAwait(false)
                : await InTheCloudAsync(grant, cancellationToken).ConfigureAwait(false);
        }
        catch
        {
            grant.Dispose();
            throw;
        }
    }

    private async Task<Stop> InTheCloudAsync(Grant grant, CancellationToken cancellationToken)
    {
        using var waking = hold.Waking();
        // The wake goes on for the others, and for whoever comes back.
        using CancellationTokenSource limit = new(hold.Left(router.Options), router.Clock);
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        try
        {
            var node = await router.Cloud!.AcquireAsync(ended.Token).ConfigureAwait(false);
            return Stop.InTheCloud(node, grant, router.Cloud.Cluster);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw GatewayRouter.TooLong(_wish.Model, hold, null);
        }
        catch (GatewayRefusal refusal)
        {
            router.FailHeld(_wish.Model, refusal);
            throw;
        }
    }
}

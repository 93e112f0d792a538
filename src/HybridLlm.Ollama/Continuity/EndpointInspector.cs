using System.Collections.Concurrent;

namespace HybridLlm.Ollama.Continuity;

/// <summary>Asks servers who they are and how they render, and remembers for a while who they are.</summary>
internal sealed class EndpointInspector(ContinuityOptions options)
{
    private static readonly TimeSpan s_identityLimit = TimeSpan.FromSeconds(10);

    private readonly ConcurrentDictionary<(Uri Address, string Model), Known> _known = new();

    /// <summary>Version and digest, asked once for many answers; null if the server did not say.</summary>
    public Task<ServerIdentity?> IdentifyAsync(OllamaClient client, string model)
    {
        var now = options.TimeProvider.GetUtcNow();
        return _known
            .AddOrUpdate(
                (client.Address, model),
                _ => new Known(TryAskAsync(client, model), now),
                (_, known) =>
                    known.Identity is { IsCompletedSuccessfully: true, Result: null }
                    || now - known.At > options.IdentityLifetime
                        ? new Known(TryAskAsync(client, model), now)
                        : known
            )
            .Identity;
    }

    /// <summary>All that the plan needs, asked afresh: it is what keeps other weights from going on with the text.</summary>
    public static async Task<EndpointFacts> InspectAsync(
        OllamaClient client,
        AskedFor asked,
        AnswerSoFar soFar,
        ServerIdentity? origin,
        CancellationToken cancellationToken
    )
    {
        var identity = await AskAsync(client, asked.Model, cancellationToken).ConfigureAwait(false);
        var model = await client.ShowAsync(asked.Model, cancellationToken).ConfigureAwait(false);
        return new EndpointFacts
        {
            Identity = identity,
            Origin = origin,
            Model = model,
            Rendered = ContinuationPlanner.NeedsRendering(asked)
                ? await client.RenderAsync(asked.Api, asked.Body, cancellationToken).ConfigureAwait(false)
                : null,
            TrailingRendered = ContinuationPlanner.NeedsTrailing(asked, soFar, model)
                ? await client
                    .RenderAsync(asked.Api, ContinuationPlanner.WithTrailing(asked.Body, soFar), cancellationToken)
                    .ConfigureAwait(false)
                : null,
        };
    }

    private async Task<ServerIdentity?> TryAskAsync(OllamaClient client, string model)
    {
        // Without a caller's token, as several answers may wait for the one question.
        using CancellationTokenSource limit = new(s_identityLimit, options.TimeProvider);
        try
        {
            var identity = await AskAsync(client, model, limit.Token).ConfigureAwait(false);
            return identity with { Stops = await AskStopsAsync(client, model, limit.Token).ConfigureAwait(false) };
        }
        catch (Exception e) when (e is OllamaException or OperationCanceledException)
        {
            return null;
        }
    }

    private static async Task<IReadOnlyList<string>> AskStopsAsync(
        OllamaClient client,
        string model,
        CancellationToken cancellationToken
    )
    {
        try
        {
            var description = await client.ShowAsync(model, cancellationToken).ConfigureAwait(false);
            return ModelStops.Of(description);
        }
        catch (Exception e) when (e is OllamaException or OperationCanceledException)
        {
            // Who it is matters more.
            return [];
        }
    }

    private static async Task<ServerIdentity> AskAsync(
        OllamaClient client,
        string model,
        CancellationToken cancellationToken
    )
    {
        var version = await client.GetVersionAsync(cancellationToken).ConfigureAwait(false);
        var installed = await client.ListInstalledAsync(cancellationToken).ConfigureAwait(false);
        var name = ModelName.Full(model);
        var found = installed.FirstOrDefault(m => string.Equals(m.Name, name, StringComparison.OrdinalIgnoreCase));
        return new ServerIdentity(version, found?.Digest);
    }

    private sealed record Known(Task<ServerIdentity?> Identity, DateTimeOffset At);
}

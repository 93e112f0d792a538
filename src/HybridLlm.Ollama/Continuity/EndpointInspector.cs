namespace HybridLlm.Ollama.Continuity;

/// <summary>Asks servers who they are and how they render, and remembers for a while what does not depend on the answer.</summary>
internal sealed class EndpointInspector(ContinuityOptions options)
{
    private static readonly TimeSpan s_questionLimit = TimeSpan.FromSeconds(10);

    private readonly Remembered<(Uri Address, string Model), ServerIdentity?> _identities = new(options);

    // By address, too: servers with the same model may have settings that choose another template.
    private readonly Remembered<
        (Uri Address, string Version, string? Digest, bool Tools, string? Think, bool Thought),
        TrailingVerdict
    > _verdicts = new(options);

    /// <summary>Version and digest, asked once for many answers; null if the server did not say. Fails if it cannot be reached.</summary>
    public Task<ServerIdentity?> IdentifyAsync(OllamaClient client, string model) =>
        _identities.GetAsync((client.Address, model), () => TryAskAsync(client, model));

    /// <summary>Version and digest, asked afresh: it is what keeps other weights from going on with a text.</summary>
    public static async Task<ServerIdentity> AskAsync(
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

    /// <summary>All that the plan needs.</summary>
    public async Task<EndpointFacts> InspectAsync(
        OllamaClient client,
        ServerIdentity identity,
        ServerIdentity? origin,
        AskedFor asked,
        AnswerSoFar soFar,
        CancellationToken cancellationToken
    )
    {
        var model = await client.ShowAsync(asked.Model, cancellationToken).ConfigureAwait(false);
        var rendered = ContinuationPlanner.NeedsRendering(asked)
            ? await client.RenderAsync(asked.Api, asked.Body, cancellationToken).ConfigureAwait(false)
            : null;
        var context = ContinuationPlanner.NeedsContext(asked, soFar)
            ? await ContextProbe.LengthAsync(client, asked, model, cancellationToken).ConfigureAwait(false)
            : null;
        return new EndpointFacts
        {
            Identity = identity,
            Origin = origin,
            Model = model,
            Rendered = rendered,
            Trailing = ContinuationPlanner.NeedsTrailing(asked, soFar, model)
                ? await JudgeTrailingAsync(client, asked, identity, soFar.Thinking.Length > 0)
                    .WaitAsync(cancellationToken)
                    .ConfigureAwait(false)
                : default,
            ContextLength = context,
            PromptTokens =
                context is { } length && ContextProbe.MayFill(length, asked, rendered ?? asked.Prompt, soFar)
                    ? await PromptProbe.CountAsync(asked, client, cancellationToken).ConfigureAwait(false)
                    : null,
        };
    }

    private Task<TrailingVerdict> JudgeTrailingAsync(
        OllamaClient client,
        AskedFor asked,
        ServerIdentity server,
        bool thought
    )
    {
        return _verdicts.GetAsync(
            (client.Address, server.Version, server.Digest, asked.Tools, asked.Body["think"]?.ToJsonString(), thought),
            ProbeAsync
        );

        async Task<TrailingVerdict> ProbeAsync()
        {
            // The model has been loaded to render the prompt, so this takes no time.
            using CancellationTokenSource limit = new(s_questionLimit, options.TimeProvider);
            try
            {
                return await TrailingProbe.AskAsync(client, asked, thought, limit.Token).ConfigureAwait(false);
            }
            catch (OperationCanceledException)
            {
                throw new OllamaStalledException(s_questionLimit, 0);
            }
        }
    }

    private async Task<ServerIdentity?> TryAskAsync(OllamaClient client, string model)
    {
        // Without a caller's token, as several answers may wait for the one question.
        using CancellationTokenSource limit = new(s_questionLimit, options.TimeProvider);
        try
        {
            var identity = await AskAsync(client, model, limit.Token).ConfigureAwait(false);
            return identity with { Stops = await AskStopsAsync(client, model, limit.Token).ConfigureAwait(false) };
        }
        catch (Exception e)
            when (e is OperationCanceledException
                || (e is OllamaException and not (OllamaCutException or OllamaUnreachableException))
            )
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
}

using System.Runtime.CompilerServices;

namespace HybridLlm.Ollama.Continuity;

/// <summary>One answer, on as many servers as it takes.</summary>
internal sealed class ContinuousAnswer(
    AskedFor asked,
    IOllamaEndpoints endpoints,
    EndpointInspector inspector,
    ContinuityOptions options,
    IProgress<Migration>? progress
)
{
    private readonly AnswerJournal _journal = new(asked.Stops);
    private readonly ChunkWriter _writer = new();
    private readonly List<OllamaEndpoint> _failed = [];
    private readonly List<IDisposable> _leases = [];
    private readonly List<Migration> _migrations = [];
    private readonly List<string> _doubts = [];
    private Task<ServerIdentity?> _origin = Task.FromResult<ServerIdentity?>(null);
    private bool _isOriginTold;
    private int _moves;

    public async IAsyncEnumerable<OllamaChunk> RunAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        try
        {
            var leg = Begin(await NextAsync(null, cancellationToken).ConfigureAwait(false));
            while (leg.Plan.Method != ContinuationMethod.Finish)
            {
                var server = leg.Endpoint;
                // Taken now: the notice may come on any thread, and while the answer already moves.
                List<OllamaEndpoint> tried = [.. _failed, server];
                Handover handover = new(asked, t => FindAfterAsync(tried, t), Notice(server), cancellationToken);
                await using var ended = handover.ConfigureAwait(false);
                LegStep step;
                RoundingWatch rounding = new(leg.Plan);
                LegReader reader = new(leg, asked.Logprobs, options, handover.Ready, cancellationToken);
                await using (reader.ConfigureAwait(false))
                {
                    while ((step = await reader.NextAsync().ConfigureAwait(false)).Chunk is { } chunk)
                    {
                        Doubt(rounding.Judge(chunk));
                        if (await IsTooEarlyAsync(chunk, cancellationToken).ConfigureAwait(false))
                        {
                            _journal.Hold(chunk);
                            continue;
                        }

                        LearnStops();
                        foreach (var ready in _journal.Add(chunk))
                        {
                            if (!ready.Done)
                            {
                                yield return _writer.Write(ready, asked, null, null);
                            }
                        }

                        if (chunk.Done)
                        {
                            yield return await EndAsync(leg, chunk, cancellationToken).ConfigureAwait(false);
                            yield break;
                        }
                    }
                }

                switch (step.Failure is { } failure ? Judge(failure) : FailureVerdict.Migrate)
                {
                    case FailureVerdict.GiveUp:
                        throw leg.Plan.AfterSeam && FailureTriage.IsTooLong(step.Failure!)
                            ? Takeover.TooLong(step.Failure!)
                            : step.Failure!;
                    case FailureVerdict.EndHere:
                        foreach (var ready in _journal.Flush())
                        {
                            yield return _writer.Write(ready, asked, null, null);
                        }

                        Doubt(leg.Plan.AfterSeam ? "the guard against repeating counts from the seam" : null);
                        yield return _writer.Write(End("stop"), asked, null, Report());
                        yield break;
                    default:
                        _journal.DropHeld();
                        leg = await MoveAsync(leg, handover, step.Failure, cancellationToken).ConfigureAwait(false);
                        break;
                }
            }

            yield return await EndAsync(leg, End("length"), cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            _leases.ForEach(l => l.Dispose());
        }
    }

    private static OllamaChunk End(string reason) => new() { Done = true, DoneReason = reason };

    /// <summary>The request as it was, at a server that has nothing to go on from.</summary>
    private Leg Begin(OllamaEndpoint endpoint)
    {
        (_origin, _isOriginTold) = (inspector.IdentifyAsync(endpoint.Client, asked.Model), false);
        return new Leg(endpoint, ContinuationPlanner.Restart(asked), new AnswerSoFar());
    }

    /// <summary>
    /// True if a line must not be delivered yet: not before it is known which weights and version it comes from, as no other server could
    /// go on with it. Mostly that is known, as it was asked together with the caller's question. Where it cannot be asked any more the
    /// server is all but lost, and what has arrived of its answer is kept for the case that the end arrives, too.
    /// </summary>
    private async ValueTask<bool> IsTooEarlyAsync(OllamaChunk chunk, CancellationToken cancellationToken)
    {
        if (_isOriginTold || chunk.Done)
        {
            return false;
        }

        try
        {
            await _origin.WaitAsync(cancellationToken).ConfigureAwait(false);
            _isOriginTold = true;
            return false;
        }
        catch (OllamaException)
        {
            return true;
        }
    }

    /// <summary>The model's stop strings, once the server where the answer began has told them.</summary>
    private void LearnStops() =>
        _journal.ModelStops = _origin is { IsCompletedSuccessfully: true, Result: { } origin } ? origin.Stops : [];

    /// <summary>The notice that a server will go; none where the answer may not move any more.</summary>
    private CancellationToken Notice(OllamaEndpoint server) =>
        _moves < options.MaxMigrations ? server.Draining : CancellationToken.None;

    private async Task<Leg> MoveAsync(
        Leg leg,
        Handover handover,
        OllamaException? cause,
        CancellationToken cancellationToken
    )
    {
        var (left, reason) = (leg.Endpoint, cause);
        while (true)
        {
            Leave(left);
            if (_moves++ >= options.MaxMigrations)
            {
                // Only a failure gets here: the last move allowed answers no notice.
                throw reason!;
            }

            var found = Hold(await handover.TakeAsync().ConfigureAwait(false));
            var next = found ?? await NextAsync(reason, cancellationToken).ConfigureAwait(false);
            var (moved, failure) = await TakeUpAsync(leg, next, reason, cancellationToken).ConfigureAwait(false);
            if (moved is not null)
            {
                return moved;
            }

            (left, reason) = (next, failure);
        }
    }

    /// <summary>The answer's next leg, or why this server will not do.</summary>
    private async Task<(Leg? Leg, OllamaException? Failure)> TakeUpAsync(
        Leg leg,
        OllamaEndpoint next,
        OllamaException? cause,
        CancellationToken cancellationToken
    )
    {
        var soFar = _journal.Delivered;
        if (soFar.IsEmpty)
        {
            Report(leg, next, ContinuationMethod.Restart, soFar, cause);
            return (Begin(next), null);
        }

        // Nothing has been delivered before it was there.
        var origin = _origin.IsCompletedSuccessfully ? await _origin.ConfigureAwait(false) : null;
        Takeover takeover = new(asked, _journal, inspector, options);
        var (plan, failure) = await takeover
            .PlanAsync(next.Client, origin, cause, cancellationToken)
            .ConfigureAwait(false);
        if (plan is null)
        {
            return (null, failure);
        }

        foreach (var doubt in plan.Doubts)
        {
            Doubt(doubt);
        }

        soFar = _journal.Delivered;
        Report(leg, next, plan.Method, soFar, cause);
        return (new Leg(next, plan, soFar), null);
    }

    private async Task<OllamaChunk> EndAsync(Leg leg, OllamaChunk last, CancellationToken cancellationToken)
    {
        if (_migrations.Count == 0 || leg.Plan.Method is ContinuationMethod.Restart or ContinuationMethod.Replay)
        {
            return _writer.Write(last, asked, last.Usage, Report());
        }

        if (last.Usage is { } usage && usage.PromptTokens + usage.AnswerTokens >= leg.Plan.SureWithin)
        {
            Doubt("it is longer than the smallest context, and the servers may have different ones");
        }

        // Asked also where nothing is left to prove: taking off what was delivered counts wrong where it is other tokens when read again.
        var (promptTokens, doubt) = await SeamProof
            .ProveAsync(asked, leg, last.Usage, _journal.Delivered.Text, options, cancellationToken)
            .ConfigureAwait(false);
        Doubt(_doubts.Count == 0 ? doubt : null);
        return _writer.Write(last, asked, Sum(leg.Before.Tokens ?? 0, last.Usage, promptTokens), Report());
    }

    /// <summary>Counters of the whole: the prompt once, the tokens of all parts; durations are the last part's.</summary>
    private static OllamaUsage Sum(int before, OllamaUsage? last, int? promptTokens) =>
        (last ?? OllamaUsage.None) with
        {
            PromptTokens = promptTokens ?? Math.Max(0, (last?.PromptTokens ?? 0) - before),
            AnswerTokens = before + (last?.AnswerTokens ?? 0),
        };

    private FailureVerdict Judge(OllamaException failure) =>
        // A server that was only the second choice may lack the model.
        _migrations.Count > 0
        && failure is OllamaResponseException { Status: System.Net.HttpStatusCode.NotFound }
            ? FailureVerdict.Migrate
            : FailureTriage.Judge(failure);

    private async Task<OllamaEndpoint?> FindAfterAsync(
        List<OllamaEndpoint> tried,
        CancellationToken cancellationToken
    ) => await endpoints.NextAsync(asked.Model, tried, cancellationToken).ConfigureAwait(false);

    private async Task<OllamaEndpoint> NextAsync(OllamaException? cause, CancellationToken cancellationToken) =>
        Hold(await endpoints.NextAsync(asked.Model, [.. _failed], cancellationToken).ConfigureAwait(false))
        ?? throw new ContinuityLostException(
            "there is no server left.",
            "Start another server, or wait for one in IOllamaEndpoints.NextAsync.",
            cause
        );

    private OllamaEndpoint? Hold(OllamaEndpoint? endpoint)
    {
        _leases.AddRange(endpoint?.Lease is { } lease ? [lease] : []);
        return endpoint;
    }

    private void Leave(OllamaEndpoint endpoint)
    {
        _failed.Add(endpoint);
        if (endpoint.Lease is { } lease && _leases.Remove(lease))
        {
            lease.Dispose();
        }
    }

    /// <summary>Remembers once what speaks against exactness; null if nothing.</summary>
    private void Doubt(string? doubt)
    {
        if (doubt is not null && !_doubts.Contains(doubt, StringComparer.Ordinal))
        {
            _doubts.Add(doubt);
        }
    }

    private void Report(
        Leg leg,
        OllamaEndpoint next,
        ContinuationMethod method,
        AnswerSoFar soFar,
        OllamaException? cause
    )
    {
        Migration migration = new()
        {
            From = leg.Endpoint.Client.Address,
            To = next.Client.Address,
            Method = method,
            AfterCharacters = soFar.Text.Length,
            Cause = cause,
        };
        _migrations.Add(migration);
        progress?.Report(migration);
    }

    private ContinuityReport? Report() =>
        _migrations.Count == 0 ? null : new ContinuityReport { Migrations = [.. _migrations], Doubts = [.. _doubts] };
}

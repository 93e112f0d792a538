using System.Runtime.CompilerServices;

namespace HybridLlm.Ollama.Continuity;

/// <summary>Reads one leg: watches for silence and loss, leaves when another server is ready, and gives out only what is new of the answer.</summary>
internal sealed class LegReader : IAsyncDisposable
{
    private readonly CancellationToken _lost;
    private readonly TimeSpan? _stallLimit;
    private readonly CancellationToken _cancellationToken;
    private readonly CancellationTokenSource _ended;
    private readonly ITimer _silence;
    private readonly IAsyncEnumerator<OllamaChunk> _lines;
    private readonly ThoughtSplitter? _thought;
    private readonly DeliveredSkipper? _skipper;
    private readonly TimeProvider _clock;
    private volatile bool _stalled;
    private long _waitingSince;
    private long _read;

    public LegReader(
        Leg leg,
        ContinuityOptions options,
        CancellationToken nextReady,
        CancellationToken cancellationToken
    )
    {
        _lost = leg.Endpoint.Lost;
        (_stallLimit, _clock) = (options.StallLimit, options.TimeProvider);
        _cancellationToken = cancellationToken;
        _ended = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, nextReady, _lost);
        _silence = _clock.CreateTimer(_ => CheckSilence(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        _thought = leg.Plan.InThought ? new ThoughtSplitter() : null;
        _skipper = leg.Plan.Method == ContinuationMethod.Replay ? new DeliveredSkipper(leg.Before) : null;
        var body = leg.Plan.Body.DeepClone().AsObject();
        // Lines are not tokens; only with their probabilities do they say how many they hold, and only with the likeliest
        // beside it can a token be told from several that were held back.
        body["logprobs"] = true;
        body["top_logprobs"] = Math.Max(1, new AskedFor(leg.Plan.Api, body).TopLogprobs);
        _lines = leg.Endpoint.Client.StreamAsync(leg.Plan.Api, body, _ended.Token).GetAsyncEnumerator(_ended.Token);
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public async ValueTask<LegStep> NextAsync()
    {
        try
        {
            while (true)
            {
                Volatile.Write(ref _waitingSince, _clock.GetTimestamp());
                await _lines.MoveNextAsync().ConfigureAwait(false);
                Volatile.Write(ref _waitingSince, long.MaxValue);
                if (_read++ == 0 && _stallLimit is { } limit)
                {
                    _silence.Change(limit, Timeout.InfiniteTimeSpan);
                }

                if (New(_lines.Current) is { } chunk)
                {
                    return new LegStep(chunk, null);
                }
            }
        }
        catch (OperationCanceledException)
        {
            _cancellationToken.ThrowIfCancellationRequested();
            return new LegStep(
                null,
                _stalled ? new OllamaStalledException(_stallLimit!.Value, _read)
                    : _lost.IsCancellationRequested
                        ? new OllamaCutException(_read, new IOException("the server is gone."))
                    : null
            );
        }
        catch (OllamaException e)
        {
            return new LegStep(null, e);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _silence.DisposeAsync().ConfigureAwait(false);
        await _lines.DisposeAsync().ConfigureAwait(false);
        _ended.Dispose();
    }

    private OllamaChunk? New(OllamaChunk chunk)
    {
        if (_thought is not null)
        {
            var (thinking, text) = _thought.Split(chunk.Text, chunk.Done);
            chunk = ChunkWriter.With(chunk, text, thinking);
        }

        return _skipper is null ? chunk : _skipper.Skip(chunk);
    }

    /// <summary>Stalled if the wait has lasted too long, else looks again when it may have: to set a timer for each line costs more than the line.</summary>
    private void CheckSilence()
    {
        var since = Volatile.Read(ref _waitingSince);
        var left = since == long.MaxValue ? _stallLimit!.Value : _stallLimit!.Value - _clock.GetElapsedTime(since);
        if (left <= TimeSpan.Zero)
        {
            _stalled = true;
            _ended.Cancel();
        }
        else
        {
            _silence.Change(TimeSpan.FromMilliseconds(Math.Ceiling(left.TotalMilliseconds)), Timeout.InfiniteTimeSpan);
        }
    }
}

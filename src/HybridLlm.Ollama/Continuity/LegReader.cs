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
    private readonly Func<Task<AnswerStream>> _open;
    private readonly ThoughtSplitter? _thought;
    private readonly DeliveredSkipper? _skipper;
    private readonly TimeProvider _clock;
    private volatile bool _stalled;
    private long _waitingSince;
    private bool _watched;
    private AnswerStream? _answer;

    /// <summary>A leg from its beginning.</summary>
    /// <param name="leg">The leg.</param>
    /// <param name="logprobs">Whether the caller wants its tokens' probabilities.</param>
    /// <param name="options">Limits.</param>
    /// <param name="nextReady">Cancelled when another server can go on at once.</param>
    /// <param name="cancellationToken">Ends the answer.</param>
    public LegReader(
        Leg leg,
        bool logprobs,
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
        // Lines are not tokens; only with their probabilities do they say how many they hold, and only with the likeliest
        // beside it can a token be told from several that were held back.
        var likeliest = Math.Max(1, new AskedFor(leg.Plan.Api, leg.Plan.Body).TopLogprobs);
        _open = () =>
            leg.Endpoint.Client.OpenAsync(
                leg.Plan.Api,
                leg.Plan.Body,
                likeliest,
                hideLogprobs: !logprobs,
                _ended.Token
            );
    }

    private long Read => _answer?.Lines.LinesRead ?? 0;

    public ValueTask<LegStep> NextAsync()
    {
        try
        {
            // What has arrived needs no wait, and so no watch.
            while (!_ended.IsCancellationRequested && _answer?.Lines.TryRead() is { } line)
            {
                if (New(line) is { } chunk)
                {
                    return new(new LegStep(chunk, null));
                }
            }
        }
        catch (OllamaException e)
        {
            return new(new LegStep(null, e));
        }

        return WaitAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await _silence.DisposeAsync().ConfigureAwait(false);
        _answer?.Dispose();
        _ended.Dispose();
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<LegStep> WaitAsync()
    {
        try
        {
            _ended.Token.ThrowIfCancellationRequested();
            _answer ??= await _open().ConfigureAwait(false);
            while (true)
            {
                Volatile.Write(ref _waitingSince, _clock.GetTimestamp());
                Watch();
                var line = await _answer.Lines.ReadAsync(_ended.Token).ConfigureAwait(false);
                Volatile.Write(ref _waitingSince, long.MaxValue);
                if (New(line) is { } chunk)
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
                _stalled ? new OllamaStalledException(_stallLimit!.Value, Read)
                    : _lost.IsCancellationRequested
                        ? new OllamaCutException(Read, new IOException("the server is gone."))
                    : null
            );
        }
        catch (OllamaException e)
        {
            return new LegStep(null, e);
        }
    }

    /// <summary>Before the first line there is no limit: a load may take minutes.</summary>
    private void Watch()
    {
        if (!_watched && Read > 0 && _stallLimit is { } limit)
        {
            _watched = true;
            _silence.Change(limit, Timeout.InfiniteTimeSpan);
        }
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

using HybridLlm.Gateway.Holding;
using HybridLlm.Ollama;
using Microsoft.AspNetCore.Http;

namespace HybridLlm.Gateway.Endpoints;

/// <summary>
/// Passes an answer on piece by piece, and signs of life where there is none for long: while the request is held, while a model loads,
/// and while an answer looks for another server.
/// </summary>
internal sealed class AnswerPump : IAsyncDisposable
{
    /// <summary>Bytes that may wait for more to come.</summary>
    private const long MostUnsent = 16 * 1024;

    private readonly HttpResponse _response;
    private readonly CancellationToken _gone;
    private readonly IAnswerShape _shape;
    private readonly Func<HoldNews> _news;
    private readonly TimeProvider _clock;
    private readonly TimeSpan _longestSilence;

    // Whoever holds it writes: the answer from the first of its pieces that came at once until they are sent, or a sign of life.
    private readonly SemaphoreSlim _gate = new(1, 1);
    private readonly ITimer? _timer;
    private long _lastWrite;
    private bool _begun;
    private bool _ended;

    public AnswerPump(
        HttpContext context,
        IAnswerShape shape,
        Func<HoldNews> news,
        TimeSpan longestSilence,
        TimeProvider clock
    )
    {
        (_response, _gone, _shape, _news) = (context.Response, context.RequestAborted, shape, news);
        (_longestSilence, _clock, _lastWrite) = (longestSilence, clock, clock.GetTimestamp());
        if (longestSilence > TimeSpan.Zero)
        {
            // Twice as often as needed, as a tick may come just before its time.
            _timer = clock.CreateTimer(_ => _ = BeatAsync(), null, longestSilence, longestSilence / 2);
        }
    }

    /// <summary>Passes all on. What is there at once is sent at once: only before a wait is it worth a trip to the network.</summary>
    /// <param name="chunks">The answer.</param>
    /// <param name="seen">Told of each chunk before it is passed on.</param>
    public async Task PassAsync(IAsyncEnumerable<OllamaChunk> chunks, Action<OllamaChunk> seen)
    {
        var pieces = chunks.GetAsyncEnumerator(_gone);
        await using var ended = pieces.ConfigureAwait(false);
        var writing = false;
        try
        {
            while (true)
            {
                var next = pieces.MoveNextAsync();
                try
                {
                    if (writing && (!next.IsCompleted || _response.BodyWriter.UnflushedBytes > MostUnsent))
                    {
                        await FlushAsync().ConfigureAwait(false);
                        writing = false;
                        _gate.Release();
                    }
                }
                catch
                {
                    // What runs cannot be disposed; it ends by the same token.
                    await ((Task)next.AsTask()).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                    throw;
                }

                if (!await next.ConfigureAwait(false))
                {
                    break;
                }

                if (!writing)
                {
                    await _gate.WaitAsync(_gone).ConfigureAwait(false);
                    writing = true;
                }

                seen(pieces.Current);
                Begin();
                _shape.Piece(_response.BodyWriter, pieces.Current);
            }

            if (writing)
            {
                await FlushAsync().ConfigureAwait(false);
            }
        }
        finally
        {
            if (writing)
            {
                _gate.Release();
            }
        }
    }

    /// <summary>Tells a fault inside a stream that has begun; false if it has not, so that a status can tell it.</summary>
    public async Task<bool> TryFaultAsync(GatewayRefusal refusal)
    {
        await _gate.WaitAsync(_gone).ConfigureAwait(false);
        try
        {
            _ended = true;
            // A piece that is written but not sent yet is part of the answer.
            if (!_response.HasStarted && !_begun)
            {
                return false;
            }

            _shape.Fault(_response.BodyWriter, refusal);
            await FlushAsync().ConfigureAwait(false);
            return true;
        }
        finally
        {
            _gate.Release();
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (_timer is not null)
        {
            await _timer.DisposeAsync().ConfigureAwait(false);
        }

        // A beat under way is over when the gate is free; none begins after that.
        await _gate.WaitAsync(CancellationToken.None).ConfigureAwait(false);
        _ended = true;
        _gate.Release();
    }

    private void Begin()
    {
        if (_begun)
        {
            return;
        }

        _begun = true;
        if (!_response.HasStarted)
        {
            _response.ContentType = _shape.StreamType;
            _response.Headers.CacheControl = "no-cache";
            _response.Headers["X-Accel-Buffering"] = "no";
        }
    }

    private async Task FlushAsync()
    {
        await _response.BodyWriter.FlushAsync(_gone).ConfigureAwait(false);
        Volatile.Write(ref _lastWrite, _clock.GetTimestamp());
    }

    private async Task BeatAsync()
    {
        if (
            _clock.GetElapsedTime(Volatile.Read(ref _lastWrite)) < _longestSilence
            || !_gate.Wait(0, CancellationToken.None)
        )
        {
            return;
        }

        try
        {
            if (!_ended)
            {
                Begin();
                _shape.Beat(_response.BodyWriter, _news());
                await FlushAsync().ConfigureAwait(false);
            }
        }
        catch (Exception e) when (e is OperationCanceledException or IOException or InvalidOperationException)
        {
            // The client has left; its own request ends by the same token.
        }
        finally
        {
            _gate.Release();
        }
    }
}

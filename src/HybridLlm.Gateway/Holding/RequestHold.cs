using HybridLlm.Gateway.Hosting;

namespace HybridLlm.Gateway.Holding;

/// <summary>What a request waits for, for its signs of life.</summary>
internal sealed class RequestHold(TimeProvider clock, IWakeNews? wake)
{
    private readonly long _since = clock.GetTimestamp();
    private Func<int>? _position;
    private bool _waking;
    private TimeSpan _held;
    private long? _waitingSince;

    /// <summary>Since the request arrived.</summary>
    public TimeSpan Waited => clock.GetElapsedTime(_since);

    /// <summary>Whether it ever had to wait for a server.</summary>
    public bool WasHeld { get; private set; }

    /// <summary>How long it has waited for servers in all.</summary>
    public TimeSpan Held => _held + (_waitingSince is { } since ? clock.GetElapsedTime(since) : TimeSpan.Zero);

    /// <summary>How long it may still wait.</summary>
    public TimeSpan Left(HybridGatewayOptions options)
    {
        var left = TimeSpan.FromSeconds(options.MaxHoldSeconds) - Held;
        return left > TimeSpan.Zero ? left : TimeSpan.Zero;
    }

    /// <summary>It waits its turn until the result is disposed.</summary>
    public IDisposable Queued(Func<int> position)
    {
        _position = position;
        return Wait(() => _position = null);
    }

    /// <summary>It waits for the rented node until the result is disposed.</summary>
    public IDisposable Waking()
    {
        _waking = true;
        return Wait(() => _waking = false);
    }

    public HoldNews News()
    {
        var position = _position?.Invoke();
        var stage = _waking || position is not null ? wake?.Stage : null;
        return new HoldNews
        {
            Stage = stage?.Stage ?? (position is null ? "answering" : "queued"),
            Message = stage?.Message,
            Eta = stage?.Eta,
            CostUsd = stage?.CostUsd,
            Position = position,
            Waited = Waited,
            At = clock.GetUtcNow(),
        };
    }

    private Ended Wait(Action end)
    {
        (WasHeld, _waitingSince) = (true, clock.GetTimestamp());
        return new Ended(() =>
        {
            (_held, _waitingSince) = (Held, null);
            end();
        });
    }

    private sealed class Ended(Action end) : IDisposable
    {
        public void Dispose() => end();
    }
}

/// <summary>How a request fares that has no answer yet.</summary>
internal sealed record HoldNews
{
    /// <summary>Stage of the wake, <c>queued</c>, or <c>answering</c> when a server has it.</summary>
    public required string Stage { get; init; }

    /// <summary>What happens, one sentence; null if there is nothing to say.</summary>
    public required string? Message { get; init; }

    /// <summary>Time until the model answers, by what wakes take; null if nobody knows.</summary>
    public required TimeSpan? Eta { get; init; }

    /// <summary>What the wake has cost so far, USD; null without one.</summary>
    public required decimal? CostUsd { get; init; }

    /// <summary>Place in the queue from 1; null outside of one.</summary>
    public required int? Position { get; init; }

    /// <summary>Since the request arrived.</summary>
    public required TimeSpan Waited { get; init; }

    /// <summary>Now.</summary>
    public required DateTimeOffset At { get; init; }
}

using System.Threading.Channels;
using Microsoft.Extensions.Time.Testing;

namespace HybridLlm.Testing.Tests.Ollama;

/// <summary>A virtual clock that tells when somebody begins to wait, so that a test never advances it too early.</summary>
internal sealed class WatchedClock : FakeTimeProvider
{
    private readonly Channel<bool> _timers = Channel.CreateUnbounded<bool>();

    /// <summary>Waits for the next timer, then lets its time pass.</summary>
    public async Task PassAsync(TimeSpan time, CancellationToken cancellationToken)
    {
        await _timers.Reader.ReadAsync(cancellationToken);
        Advance(time);
    }

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = base.CreateTimer(callback, state, dueTime, period);
        if (dueTime != Timeout.InfiniteTimeSpan)
        {
            _timers.Writer.TryWrite(true);
        }

        return timer;
    }
}

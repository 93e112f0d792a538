namespace HybridLlm.Testing.Simulation;

/// <summary>A timer of a <see cref="VirtualClock"/>; its fields belong to the clock's lock.</summary>
internal sealed class VirtualTimer(VirtualClock clock, TimerCallback callback, object? state) : ITimer
{
    private volatile bool _disposed;

    /// <summary>Earlier due time first, then first planned first.</summary>
    public static Comparer<VirtualTimer> DueOrder { get; } =
        Comparer<VirtualTimer>.Create((a, b) => (a.Due, a.Order).CompareTo((b.Due, b.Order)));

    public long Due { get; set; }

    /// <summary>The due time it was last taken for.</summary>
    public long FiredDue { get; set; }

    /// <summary>Ticks between firings; 0 fires once.</summary>
    public long Period { get; set; }

    public long Order { get; set; }

    public bool Change(TimeSpan dueTime, TimeSpan period)
    {
        if (dueTime != Timeout.InfiniteTimeSpan)
        {
            ArgumentOutOfRangeException.ThrowIfLessThan(dueTime, TimeSpan.Zero);
        }

        if (period != Timeout.InfiniteTimeSpan)
        {
            ArgumentOutOfRangeException.ThrowIfLessThan(period, TimeSpan.Zero);
        }

        return !_disposed && clock.Schedule(this, dueTime, period);
    }

    public void Fire()
    {
        if (!_disposed)
        {
            callback(state);
        }
    }

    public void Dispose()
    {
        _disposed = true;
        clock.Schedule(this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    public ValueTask DisposeAsync()
    {
        Dispose();
        return ValueTask.CompletedTask;
    }
}

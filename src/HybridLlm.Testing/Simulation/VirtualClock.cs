namespace HybridLlm.Testing.Simulation;

/// <summary>
/// A clock that runs at any speed, stands still, or jumps; every delay and timer made through it follows. Thread-safe.
/// </summary>
/// <remarks>
/// A running clock fires timers on the thread pool, like the system's. <see cref="Advance"/> fires them on the calling
/// thread, in order of their due times, with the clock standing at each one's due time; what such a timer starts and
/// does not finish synchronously sees the time after the jump.
/// A clock that runs faster than life waits for its process: while the thread pool gets no turn, because the machine is busy or a
/// debugger holds the process, it stands still instead of letting every deadline pass at once.
/// </remarks>
public sealed class VirtualClock : TimeProvider, IDisposable
{
    // A wake-up further away than this is split, because system timers are limited to 49 days.
    private static readonly TimeSpan s_longestSleep = TimeSpan.FromDays(1);
    private static readonly TimeSpan s_shortestSleep = TimeSpan.FromMilliseconds(1);

    // A fast clock goes on from pulse to pulse, and no further than a stride without one.
    private static readonly TimeSpan s_pulse = TimeSpan.FromMilliseconds(10);
    private static readonly TimeSpan s_stride = TimeSpan.FromMilliseconds(20);

    private readonly Lock _gate = new();
    private readonly SortedSet<VirtualTimer> _pending = new(VirtualTimer.DueOrder);
    private readonly TimeProvider _real;
    private readonly ITimer _wake;
    private readonly ITimer? _pulse;
    private readonly long _startTicks;
    private long _anchorTicks;
    private long _anchorReal;
    private double _speed;
    private long _order;
    private bool _disposed;

    /// <summary>Makes a clock.</summary>
    /// <param name="start">Its first instant.</param>
    /// <param name="speed">Virtual seconds per real second, 0 or more; 0 stands still.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="speed"/> is negative or not finite.</exception>
    public VirtualClock(DateTimeOffset start, double speed = 0)
        : this(start, speed, System, waitsForItsProcess: true) { }

    internal VirtualClock(DateTimeOffset start, double speed, TimeProvider real, bool waitsForItsProcess = false)
    {
        CheckSpeed(speed);
        _real = real;
        _startTicks = _anchorTicks = start.UtcTicks;
        _anchorReal = real.GetTimestamp();
        _speed = speed;
        _wake = real.CreateTimer(_ => FireDue(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        if (waitsForItsProcess)
        {
            _pulse = real.CreateTimer(_ => Pulse(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
            PlanPulse();
        }
    }

    /// <summary>Virtual seconds per real second, 0 or more; 0 stands still. May be set at any moment.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Set to a negative or not finite number.</exception>
    public double Speed
    {
        get
        {
            lock (_gate)
            {
                return _speed;
            }
        }
        set
        {
            CheckSpeed(value);
            lock (_gate)
            {
                Anchor(NowTicks());
                _speed = value;
                PlanWake();
                PlanPulse();
            }
        }
    }

    /// <inheritdoc/>
    public override TimeZoneInfo LocalTimeZone => TimeZoneInfo.Utc;

    /// <inheritdoc/>
    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    /// <inheritdoc/>
    public override long GetTimestamp()
    {
        lock (_gate)
        {
            return NowTicks() - _startTicks;
        }
    }

    /// <inheritdoc/>
    public override DateTimeOffset GetUtcNow()
    {
        lock (_gate)
        {
            return new DateTimeOffset(NowTicks(), TimeSpan.Zero);
        }
    }

    /// <inheritdoc/>
    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        ArgumentNullException.ThrowIfNull(callback);
        VirtualTimer timer = new(this, callback, state);
        timer.Change(dueTime, period);
        return timer;
    }

    /// <summary>Jumps forward and fires, in order, every timer due on the way.</summary>
    /// <param name="by">How far, 0 or more.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="by"/> is negative.</exception>
    public void Advance(TimeSpan by)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(by, TimeSpan.Zero);
        long target;
        lock (_gate)
        {
            target = NowTicks() + by.Ticks;
        }

        while (true)
        {
            VirtualTimer? due;
            lock (_gate)
            {
                due = TakeDue(target);
                Anchor(Math.Max(NowTicks(), due is null ? target : due.FiredDue));
                if (due is null)
                {
                    PlanWake();
                    return;
                }
            }

            due.Fire();
        }
    }

    /// <summary>Stops every timer for good; the clock can still be read.</summary>
    public void Dispose()
    {
        lock (_gate)
        {
            _disposed = true;
            _pending.Clear();
        }

        _wake.Dispose();
        _pulse?.Dispose();
    }

    /// <summary>Plans, moves or (with an infinite due time) stops a timer; false when the clock is disposed.</summary>
    internal bool Schedule(VirtualTimer timer, TimeSpan dueTime, TimeSpan period)
    {
        lock (_gate)
        {
            _pending.Remove(timer);
            if (_disposed)
            {
                return false;
            }

            timer.Period = period > TimeSpan.Zero ? period.Ticks : 0;
            if (dueTime != Timeout.InfiniteTimeSpan)
            {
                Enqueue(timer, NowTicks() + dueTime.Ticks);
            }

            PlanWake();
            return true;
        }
    }

    private static void CheckSpeed(double speed)
    {
        if (!double.IsFinite(speed) || speed < 0)
        {
            throw new ArgumentOutOfRangeException(nameof(speed), speed, "A clock's speed is 0 or more and finite.");
        }
    }

    private void FireDue()
    {
        lock (_gate)
        {
            while (TakeDue(NowTicks()) is { } due)
            {
                ThreadPool.UnsafeQueueUserWorkItem(static timer => timer.Fire(), due, preferLocal: false);
            }

            PlanWake();
        }
    }

    private VirtualTimer? TakeDue(long until)
    {
        if (_pending.Min is not { } first || first.Due > until)
        {
            return null;
        }

        _pending.Remove(first);
        first.FiredDue = first.Due;
        if (first.Period > 0)
        {
            Enqueue(first, first.Due + first.Period);
        }

        return first;
    }

    private void Enqueue(VirtualTimer timer, long due)
    {
        timer.Due = due;
        timer.Order = _order++;
        _pending.Add(timer);
    }

    private void PlanWake()
    {
        if (_disposed)
        {
            return;
        }

        if (_pending.Min is not { } first || _speed == 0)
        {
            _wake.Change(Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
            return;
        }

        var realTicks = (first.Due - NowTicks()) / _speed;
        var sleep =
            realTicks >= s_longestSleep.Ticks ? s_longestSleep : TimeSpan.FromTicks((long)Math.Ceiling(realTicks));
        _wake.Change(sleep < s_shortestSleep ? s_shortestSleep : sleep, Timeout.InfiniteTimeSpan);
    }

    private void Anchor(long nowTicks)
    {
        _anchorTicks = nowTicks;
        _anchorReal = _real.GetTimestamp();
    }

    private void Pulse()
    {
        lock (_gate)
        {
            Anchor(NowTicks());
            PlanPulse();
        }
    }

    // One pulse plans the next, so that those a starved process missed do not come all at once.
    private void PlanPulse()
    {
        if (!_disposed)
        {
            _pulse?.Change(_speed > 1 ? s_pulse : Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        }
    }

    private long NowTicks()
    {
        if (_speed == 0)
        {
            return _anchorTicks;
        }

        var passed = _real.GetElapsedTime(_anchorReal);
        if (_pulse is not null && _speed > 1 && passed > s_stride)
        {
            passed = s_stride;
        }

        return _anchorTicks + (long)(passed.Ticks * _speed);
    }
}

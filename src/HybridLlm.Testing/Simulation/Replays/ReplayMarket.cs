namespace HybridLlm.Testing.Simulation.Replays;

/// <summary>
/// EC2 as a trace tells it: spot pools that have capacity or not, reclaims where a tick takes it away, notices before, on-demand always. Runs in
/// virtual time from event to event.
/// </summary>
internal sealed class ReplayMarket
{
    private enum Kind
    {
        // The order in which what falls on one instant happens: a tick first takes what it takes, then what is due by then is ready.
        Take,
        Ready,
        Notice,
        Tick,
        Wake,
    }

    private static readonly DateTimeOffset s_start = DateTimeOffset.UnixEpoch;

    private readonly PriorityQueue<
        (Kind Kind, ReplayInstance? Instance),
        (DateTimeOffset At, Kind Kind, int Order)
    > _due = new();
    private readonly Dictionary<string, SpotTrace> _traces;
    private readonly ReplayOptions _options;
    private readonly ReplayMeter _meter;
    private readonly Action<TimeSpan, string> _tell;
    private readonly DateTimeOffset _end;
    private readonly List<ReplayInstance> _held = [];
    private int _order;

    /// <param name="traces">One trace a zone, one or more.</param>
    /// <param name="options">What is assumed.</param>
    /// <param name="tell">Told of each launch and giving back.</param>
    public ReplayMarket(IReadOnlyList<SpotTrace> traces, ReplayOptions options, Action<TimeSpan, string> tell)
    {
        _tell = tell;
        _traces = traces.ToDictionary(t => t.Zone);
        _options = options;
        _end = s_start + traces.Min(t => t.Length);
        _meter = new ReplayMeter(s_start, options.SpotPrice);
        Now = s_start;
    }

    public DateTimeOffset Now { get; private set; }

    /// <summary>Zones by name.</summary>
    public IReadOnlyList<string> Zones => [.. _traces.Keys.Order(StringComparer.Ordinal)];

    public IReadOnlyList<ReplayInstance> Held => _held;

    /// <summary>Whether a zone has spot capacity now.</summary>
    public bool IsUp(string zone) => _traces[zone].IsUp(Now - s_start);

    /// <summary>Rents a spot instance; null when the zone has none now.</summary>
    public ReplayInstance? RentSpot(string zone)
    {
        if (!IsUp(zone))
        {
            return null;
        }

        var instance = Rent(zone);
        var takenAt = TakenAt(zone);
        if (takenAt < _end)
        {
            Plan(takenAt, Kind.Take, instance);
            if (IsAnnounced(zone, takenAt))
            {
                var notice = takenAt - _options.Warning;
                Plan(notice > Now ? notice : Now, Kind.Notice, instance);
            }
        }

        return instance;
    }

    public ReplayInstance RentOnDemand() => Rent(null);

    /// <summary>Gives an instance back; one that is gone is passed over.</summary>
    public void GiveBack(ReplayInstance instance)
    {
        if (!instance.IsGone)
        {
            End(instance);
        }
    }

    public void WakeAt(DateTimeOffset at) => Plan(at > Now ? at : Now, Kind.Wake, null);

    /// <summary>Replays everything for one policy.</summary>
    public ReplayResult Run(string name, IReplayPolicy policy)
    {
        foreach (var tick in _traces.Values.Select(t => t.Tick).Distinct())
        {
            for (var at = s_start; at < _end; at += tick)
            {
                Plan(at, Kind.Tick, null);
            }
        }

        while (_due.TryDequeue(out var due, out var when) && when.At < _end)
        {
            Now = when.At;
            Happen(due.Kind, due.Instance, policy);
        }

        Now = _end;
        foreach (var instance in _held.ToList())
        {
            End(instance);
        }

        return _meter.Result(name, _end);
    }

    private void Happen(Kind kind, ReplayInstance? instance, IReplayPolicy policy)
    {
        switch (kind)
        {
            case Kind.Tick:
                policy.TickBegan(this);
                break;
            case Kind.Wake:
                policy.Woke(this);
                break;
            case var _ when instance!.IsGone:
                break;
            case Kind.Take:
                _meter.Reclaimed(instance);
                End(instance);
                policy.Taken(this, instance);
                break;
            case Kind.Ready:
                instance.IsReady = true;
                _meter.Serves(instance, Now);
                policy.BecameReady(this, instance);
                break;
            case Kind.Notice:
                _meter.Reclaimed(instance);
                policy.NoticeGiven(this, instance, TakenAt(instance.Zone!));
                break;
            default:
                throw new InvalidOperationException($"{kind} is no known event.");
        }
    }

    private ReplayInstance Rent(string? zone)
    {
        ReplayInstance instance = new($"i-{_meter.Launches + 1}", zone, Now);
        _held.Add(instance);
        _tell(Now - s_start, $"{instance.Id} in {zone ?? "on demand"}");
        _meter.Launched();
        Plan(Now + _options.ColdStart, Kind.Ready, instance);
        return instance;
    }

    private void End(ReplayInstance instance)
    {
        instance.IsGone = true;
        _tell(Now - s_start, $"{instance.Id} ends");
        _held.Remove(instance);
        _meter.Ended(instance, Now);
    }

    /// <summary>The beginning of the next tick in which a zone that is up has nothing.</summary>
    private DateTimeOffset TakenAt(string zone)
    {
        var trace = _traces[zone];
        var tick = (int)((Now - s_start).Ticks / trace.Tick.Ticks) + 1;
        while (tick < trace.Instances.Count && trace.Instances[tick] > 0)
        {
            tick++;
        }

        return s_start + (trace.Tick * tick);
    }

    /// <summary>Drawn for zone and instant, so that every policy meets the same reclaims the same way.</summary>
    private bool IsAnnounced(string zone, DateTimeOffset at)
    {
        var hash = 14695981039346656037ul ^ (uint)_options.Seed;
        foreach (var c in $"{zone}/{at.UtcTicks}")
        {
            hash = (hash ^ c) * 1099511628211ul;
        }

        hash ^= hash >> 32;
        hash *= 0x9E3779B97F4A7C15ul;
        return (hash >> 11) / (double)(1ul << 53) >= _options.Unannounced;
    }

    private void Plan(DateTimeOffset at, Kind kind, ReplayInstance? instance) =>
        _due.Enqueue((kind, instance), (at, kind, _order++));
}

using HybridLlm.Testing.Ec2;

namespace HybridLlm.Testing.Simulation.Replays;

/// <summary>
/// Plays traces into an <see cref="EmulatedCloud"/> by its clock: capacity of one instance type follows each zone's trace, and what a tick
/// takes away is announced two minutes before; an instance rented later than that goes without notice. Thread-safe.
/// </summary>
public sealed class TracedSpotMarket : IDisposable
{
    private static readonly TimeSpan s_warning = TimeSpan.FromMinutes(2);

    private readonly EmulatedCloud _cloud;
    private readonly string _instanceType;
    private readonly DateTimeOffset _start;
    private readonly List<ITimer> _timers = [];

    private TracedSpotMarket(EmulatedCloud cloud, string instanceType)
    {
        _cloud = cloud;
        _instanceType = instanceType;
        _start = cloud.Time.GetUtcNow();
    }

    /// <summary>Begins the traces now. After a trace's end its zone stays as it last was.</summary>
    /// <param name="cloud">The account.</param>
    /// <param name="traces">One trace a zone; zones of the emulator, by name.</param>
    /// <param name="instanceType">Whose capacity follows them, e.g. <c>g6.xlarge</c>.</param>
    /// <exception cref="ArgumentException">The emulator has no such instance type or zone.</exception>
    public static TracedSpotMarket Play(EmulatedCloud cloud, IReadOnlyList<SpotTrace> traces, string instanceType)
    {
        ArgumentNullException.ThrowIfNull(cloud);
        ArgumentNullException.ThrowIfNull(traces);
        TracedSpotMarket market = new(cloud, instanceType);
        foreach (var trace in traces)
        {
            market.Begin(trace);
        }

        return market;
    }

    /// <summary>Stops the traces; capacity stays as it is.</summary>
    public void Dispose() => _timers.ForEach(t => t.Dispose());

    private void Begin(SpotTrace trace)
    {
        SetCapacity(trace, 0);
        for (var tick = 1; tick < trace.Instances.Count; tick++)
        {
            var (before, now) = (trace.Instances[tick - 1] ?? 0, trace.Instances[tick] ?? 0);
            if (now == before)
            {
                continue;
            }

            var at = _start + (trace.Tick * tick);
            var changed = tick;
            if (now < before)
            {
                var notice = at - s_warning;
                At(notice < _start ? _start : notice, () => Announce(trace.Zone, now));
            }

            At(at, () => Change(trace, changed));
        }
    }

    private void Change(SpotTrace trace, int tick)
    {
        SetCapacity(trace, tick);
        foreach (var late in Excess(trace.Zone, trace.Instances[tick] ?? 0))
        {
            Take(late, withNotice: false);
        }
    }

    private void Announce(string zone, int left)
    {
        foreach (var instance in Excess(zone, left))
        {
            Take(instance, withNotice: true);
        }
    }

    /// <summary>The youngest go first.</summary>
    private IEnumerable<EmulatedInstance> Excess(string zone, int left) =>
        _cloud
            .Instances.Where(i =>
                i.Market == Market.Spot
                && i.Zone == zone
                && i.InstanceType == _instanceType
                && i.State is "pending" or "running"
            )
            .OrderBy(i => i.LaunchTime)
            .Skip(left);

    private void Take(EmulatedInstance instance, bool withNotice)
    {
        try
        {
            // Powering off waits for what runs on the machine; the market does not.
            _ = _cloud.InterruptAsync(instance.InstanceId, withNotice);
        }
        catch (ArgumentException)
        {
            // It has ended in the meantime.
        }
    }

    private void SetCapacity(SpotTrace trace, int tick) =>
        _cloud.Capacity.Set(_instanceType, trace.Zone, Market.Spot, trace.Instances[tick] ?? 0);

    private void At(DateTimeOffset at, Action happens) =>
        _timers.Add(_cloud.Time.CreateTimer(_ => happens(), null, at - _start, Timeout.InfiniteTimeSpan));
}

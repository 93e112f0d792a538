namespace HybridLlm.Testing.Simulation.Replays;

/// <summary>Adds up time served, cost and gaps.</summary>
internal sealed class ReplayMeter
{
    private readonly DateTimeOffset _start;
    private readonly decimal _spotPrice;
    private readonly HashSet<ReplayInstance> _serving = [];
    private readonly HashSet<ReplayInstance> _reclaimed = [];
    private DateTimeOffset _gapSince;
    private DateTimeOffset _readySince;
    private TimeSpan _ready;
    private TimeSpan _longestGap;
    private decimal _onDemandHours;
    private int _held;

    public ReplayMeter(DateTimeOffset start, decimal spotPrice)
    {
        _start = _gapSince = start;
        _spotPrice = spotPrice;
    }

    public int Launches { get; private set; }
    public int MostAtOnce { get; private set; }

    public void Launched()
    {
        Launches++;
        MostAtOnce = Math.Max(MostAtOnce, ++_held);
    }

    /// <summary>EC2 takes an instance or says that it will; counted once, even if the instance is given back before its end.</summary>
    public void Reclaimed(ReplayInstance instance) => _reclaimed.Add(instance);

    public void Serves(ReplayInstance instance, DateTimeOffset now)
    {
        if (_serving.Add(instance) && _serving.Count == 1)
        {
            CloseGap(now);
            _readySince = now;
        }
    }

    public void Ended(ReplayInstance instance, DateTimeOffset now)
    {
        _held--;
        _onDemandHours += (instance.IsSpot ? _spotPrice : 1) * (decimal)(now - instance.LaunchedAt).TotalHours;
        if (_serving.Remove(instance) && _serving.Count == 0)
        {
            _ready += now - _readySince;
            _gapSince = now;
        }
    }

    /// <summary>After the last instance has ended, at the end of the replay.</summary>
    public ReplayResult Result(string policy, DateTimeOffset end)
    {
        CloseGap(end);
        var length = end - _start;
        return new ReplayResult
        {
            Policy = policy,
            ReadyPercent = 100 * (_ready / length),
            CostRatio = (double)_onDemandHours / length.TotalHours,
            ReclaimsPerDay = _reclaimed.Count / length.TotalDays,
            LongestGapSeconds = _longestGap.TotalSeconds,
            Launches = Launches,
            MostAtOnce = MostAtOnce,
        };
    }

    private void CloseGap(DateTimeOffset now)
    {
        if (now - _gapSince > _longestGap)
        {
            _longestGap = now - _gapSince;
        }
    }
}

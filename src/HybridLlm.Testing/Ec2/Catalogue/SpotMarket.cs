namespace HybridLlm.Testing.Ec2.Catalogue;

/// <summary>A spot price from a moment on.</summary>
internal sealed record SpotPrice(MachineType Type, Zone Zone, DateTimeOffset Since, decimal UsdPerHour);

/// <summary>Spot prices and their history.</summary>
internal sealed class SpotMarket(MarketRecord record, DateTimeOffset opened)
{
    private readonly Dictionary<(string Type, string Zone), List<SpotPrice>> _history = [];

    /// <summary>The price in force at a moment.</summary>
    /// <exception cref="ArgumentException">The zone does not offer the type.</exception>
    public decimal PriceAt(string type, Zone zone, DateTimeOffset time) =>
        History(type, zone).FindLast(p => p.Since <= time)?.UsdPerHour ?? History(type, zone)[0].UsdPerHour;

    public void Change(string type, Zone zone, decimal usdPerHour, DateTimeOffset now) =>
        History(type, zone).Add(new SpotPrice(record.Types.Require(type), zone, now, usdPerHour));

    /// <summary>The price in force at <paramref name="start"/> and every change until <paramref name="end"/>, newest first.</summary>
    public IEnumerable<SpotPrice> Between(string type, Zone zone, DateTimeOffset start, DateTimeOffset end) =>
        History(type, zone)
            .Where((p, i) => p.Since <= end && (p.Since >= start || IsInForce(History(type, zone), i, start)))
            .Reverse();

    private static bool IsInForce(List<SpotPrice> history, int i, DateTimeOffset time) =>
        history[i].Since <= time && (i + 1 == history.Count || history[i + 1].Since > time);

    private List<SpotPrice> History(string type, Zone zone)
    {
        if (!_history.TryGetValue((type, zone.Name), out var history))
        {
            // The first price came into force some hours before the emulator opened, at another minute in each pool.
            var machine = record.Types.Require(type);
            var age = TimeSpan.FromMinutes(1 + (((machine.VCpus * 7) + zone.Name[^1]) * 13 % 359));
            SpotPrice first = new(machine, zone, opened - age, record.Prices.Spot(type, zone));
            _history[(type, zone.Name)] = history = [first];
        }

        return history;
    }
}

namespace HybridLlm.Testing.Ec2.Billing;

/// <summary>Everything that has cost money so far. Belongs to the cloud's lock.</summary>
internal sealed class Meter
{
    // EC2 charges a started instance, volume or address for a minute at least.
    private static readonly TimeSpan s_least = TimeSpan.FromSeconds(60);

    private readonly List<Usage> _usages = [];

    /// <summary>Starts metering at a constant price, USD per hour.</summary>
    public Usage Open(RegionState region, string resourceId, BillItem item, DateTimeOffset start, decimal usdPerHour) =>
        Open(region, resourceId, item, start, (from, to) => usdPerHour * Hours(Billed(from, to)));

    /// <summary>Starts metering at a price that is a function of the period.</summary>
    public Usage Open(
        RegionState region,
        string resourceId,
        BillItem item,
        DateTimeOffset start,
        Func<DateTimeOffset, DateTimeOffset, decimal> charge
    )
    {
        Usage usage = new(resourceId, region.Name, item, start, charge);
        _usages.Add(usage);
        return usage;
    }

    public IEnumerable<EmulatedBillLine> Lines(DateTimeOffset asOf) => _usages.Select(u => u.Line(asOf));

    /// <summary>The part of a period that is charged.</summary>
    public static TimeSpan Billed(DateTimeOffset from, DateTimeOffset to) => to - from < s_least ? s_least : to - from;

    public static decimal Hours(TimeSpan time) => (decimal)time.Ticks / TimeSpan.TicksPerHour;
}

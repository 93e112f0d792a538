using System.Collections.Frozen;
using System.Globalization;

namespace HybridLlm.AwsGpu.Pricing;

/// <summary>
/// On-demand prices by region and instance type. A price that is not known is answered by the dearest known one, so that
/// no forecast and no budget is ever too low for want of a figure.
/// </summary>
public sealed class OnDemandPrices
{
    private const string Resource = "HybridLlm.AwsGpu.Pricing.OnDemandPrices.csv";
    private readonly FrozenDictionary<(string Region, string InstanceType), decimal> _known;
    private readonly FrozenDictionary<string, decimal> _dearest;
    private readonly decimal _dearestOfAll;

    private OnDemandPrices(Dictionary<(string Region, string InstanceType), decimal> known, DateOnly asOf)
    {
        _known = known.ToFrozenDictionary();
        _dearest = known.GroupBy(p => p.Key.InstanceType).ToFrozenDictionary(g => g.Key, g => g.Max(p => p.Value));
        _dearestOfAll = _dearest.Values.Max();
        AsOf = asOf;
    }

    /// <summary>The figures this package ships: us-east-1 complete for GPU and small instances, other regions in part.</summary>
    public static OnDemandPrices Embedded { get; } = ReadResource();

    /// <summary>Day of the oldest figure.</summary>
    public DateOnly AsOf { get; }

    /// <summary>The price of <paramref name="instanceType"/> in <paramref name="region"/>.</summary>
    /// <param name="region">Region, e.g. <c>eu-west-1</c>.</param>
    /// <param name="instanceType">Instance type, e.g. <c>g6.xlarge</c>.</param>
    public OnDemandPrice Find(string region, string instanceType) =>
        _known.TryGetValue((region, instanceType), out var price)
            ? new OnDemandPrice(price, IsKnown: true)
            : new OnDemandPrice(_dearest.GetValueOrDefault(instanceType, _dearestOfAll), IsKnown: false);

    /// <summary>Whether any region has a price for <paramref name="instanceType"/>, so that EC2 has sold it at some time.</summary>
    /// <param name="instanceType">Instance type, e.g. <c>p3.2xlarge</c>.</param>
    public bool Knows(string instanceType) => _dearest.ContainsKey(instanceType);

    /// <summary>These prices with one added or replaced.</summary>
    /// <param name="region">Region, e.g. <c>eu-west-1</c>.</param>
    /// <param name="instanceType">Instance type, e.g. <c>g6.xlarge</c>.</param>
    /// <param name="usdPerHour">USD per instance-hour; above 0.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="usdPerHour"/> is 0 or less.</exception>
    public OnDemandPrices With(string region, string instanceType, decimal usdPerHour)
    {
        ArgumentException.ThrowIfNullOrEmpty(region);
        ArgumentException.ThrowIfNullOrEmpty(instanceType);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(usdPerHour);
        return new OnDemandPrices(new(_known) { [(region, instanceType)] = usdPerHour }, AsOf);
    }

    private static OnDemandPrices ReadResource()
    {
        using var stream = typeof(OnDemandPrices).Assembly.GetManifestResourceStream(Resource)!;
        using var reader = new StreamReader(stream);
        List<string[]> rows =
        [
            .. reader
                .ReadToEnd()
                .Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)
                .Skip(1)
                .Select(line => line.Split(',')),
        ];
        return new OnDemandPrices(
            rows.ToDictionary(r => (r[0], r[1]), r => decimal.Parse(r[2], CultureInfo.InvariantCulture)),
            rows.Min(r => DateOnly.ParseExact(r[3], "yyyy-MM-dd", CultureInfo.InvariantCulture))
        );
    }
}

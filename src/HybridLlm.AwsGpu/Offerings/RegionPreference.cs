using static System.FormattableString;

namespace HybridLlm.AwsGpu.Offerings;

/// <summary>What nearness is worth when a region is chosen.</summary>
public sealed record RegionPreference
{
    /// <summary>Round-trip times to regions by name, measured or guessed by the caller; a region may be missing.</summary>
    public IReadOnlyDictionary<string, TimeSpan> Latencies { get; init; } = new Dictionary<string, TimeSpan>();

    /// <summary>Farthest region accepted, round trip; null accepts any.</summary>
    public TimeSpan? MaxLatency { get; init; }

    /// <summary>
    /// By what share of its price a region counts as dearer for each 100 ms of round trip, 0 or more: 0.1 prefers a region 100 ms nearer as long
    /// as it costs no more than a tenth more. 0 ranks by price alone.
    /// </summary>
    public decimal PriceShareOf100Ms { get; init; }

    /// <summary>Round trip assumed for a region whose latency is not known.</summary>
    public TimeSpan UnknownLatency { get; init; } = TimeSpan.FromMilliseconds(300);

    internal IEnumerable<string?> Faults() =>
        [
            PriceShareOf100Ms < 0 ? Invariant($"PriceShareOf100Ms is {PriceShareOf100Ms}, below 0") : null,
            MaxLatency <= TimeSpan.Zero ? $"MaxLatency is {MaxLatency}, must be above 0 or null" : null,
            UnknownLatency < TimeSpan.Zero ? $"UnknownLatency is {UnknownLatency}, below 0" : null,
            .. Latencies
                .Where(l => l.Value < TimeSpan.Zero)
                .OrderBy(l => l.Key, StringComparer.Ordinal)
                .Select(l => $"the latency of {l.Key} is {l.Value}, below 0"),
        ];
}

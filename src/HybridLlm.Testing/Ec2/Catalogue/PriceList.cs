namespace HybridLlm.Testing.Ec2.Catalogue;

/// <summary>
/// Prices, USD per hour: published ones where there are any, else modelled, on-demand as in us-east-1 times the region's mean ratio, spot as
/// on-demand times the mean ratio of the published rows (0.40) times 0.75 to 1.25 by a hash of zone and type.
/// </summary>
internal sealed class PriceList(
    IReadOnlyDictionary<(string Region, string Type), decimal> onDemand,
    IReadOnlyDictionary<(string ZoneId, string Type), decimal> spot
)
{
    /// <summary>On-demand price.</summary>
    /// <exception cref="ArgumentException">The region does not offer the type.</exception>
    public decimal OnDemand(string type, string region) =>
        onDemand.TryGetValue((region, type), out var usd) ? usd : throw NotOffered(type, region);

    /// <summary>Spot price on the first day.</summary>
    /// <exception cref="ArgumentException">The zone does not offer the type.</exception>
    public decimal Spot(string type, Zone zone) =>
        spot.TryGetValue((zone.Id, type), out var usd) ? usd : throw NotOffered(type, zone.Name);

    private static ArgumentException NotOffered(string type, string place) =>
        new($"The emulator does not offer '{type}' in {place}.");
}

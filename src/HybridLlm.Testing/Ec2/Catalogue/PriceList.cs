using System.Globalization;

namespace HybridLlm.Testing.Ec2.Catalogue;

/// <summary>
/// The embedded price list, USD per hour. Its last column says <c>real</c> for a published AWS price, or <c>modelled</c>:
/// on-demand as in us-east-1 times the region's mean ratio, spot as on-demand times the mean ratio of the real rows (0.40)
/// times 0.75 to 1.25 by a hash of zone and type.
/// </summary>
internal static class PriceList
{
    private static readonly Dictionary<(string Region, string Type), decimal> s_onDemand = CsvTable
        .Read("on-demand.csv", c => (Key: (c[0], c[1]), Usd: Usd(c[2])))
        .ToDictionary(r => r.Key, r => r.Usd);

    private static readonly Dictionary<(string ZoneId, string Type), decimal> s_spot = CsvTable
        .Read("spot.csv", c => (Key: (c[0], c[1]), Usd: Usd(c[2])))
        .ToDictionary(r => r.Key, r => r.Usd);

    /// <summary>On-demand price.</summary>
    /// <exception cref="ArgumentException">The region does not offer the type.</exception>
    public static decimal OnDemand(string type, string region) =>
        s_onDemand.TryGetValue((region, type), out var usd) ? usd : throw NotOffered(type, region);

    /// <summary>Spot price on the first day.</summary>
    /// <exception cref="ArgumentException">The zone does not offer the type.</exception>
    public static decimal Spot(string type, Zone zone) =>
        s_spot.TryGetValue((zone.Id, type), out var usd) ? usd : throw NotOffered(type, zone.Name);

    private static ArgumentException NotOffered(string type, string place) =>
        new($"The emulator does not offer '{type}' in {place}.");

    private static decimal Usd(string text) => decimal.Parse(text, CultureInfo.InvariantCulture);
}

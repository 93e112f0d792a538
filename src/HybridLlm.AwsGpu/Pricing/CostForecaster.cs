using static System.FormattableString;

namespace HybridLlm.AwsGpu.Pricing;

/// <summary>Adds up what a cluster costs before anything is rented. Pure.</summary>
public static class CostForecaster
{
    /// <summary>Every part of the bill of <paramref name="spec"/>.</summary>
    /// <param name="spec">What is rented and kept.</param>
    /// <exception cref="InvalidSpecException">A figure is negative, or the node's price is 0.</exception>
    public static CostForecast Forecast(CostSpec spec)
    {
        ArgumentNullException.ThrowIfNull(spec);
        InvalidSpecException.ThrowIfAny("The cost spec", Faults(spec));
        return new CostForecast([.. Foundation(spec), .. Burst(spec)]);
    }

    private static IEnumerable<CostPart> Foundation(CostSpec spec)
    {
        var prices = spec.Prices;
        if (spec.LighthouseHourlyPrice is { } lighthouse)
        {
            yield return Hourly("lighthouse instance", CostLayer.Foundation, lighthouse, "on demand");
            yield return Volume("disk of the lighthouse", CostLayer.Foundation, spec.LighthouseVolumeGiB, prices);
            yield return Address("public IPv4 of the lighthouse", CostLayer.Foundation, prices);
        }

        yield return new CostPart
        {
            Name = "bucket",
            Layer = CostLayer.Foundation,
            PerHour = spec.StoredGiB * prices.StorageGiBMonth / InfrastructurePrices.HoursPerMonth,
            Basis = Invariant($"{spec.StoredGiB} GiB × {prices.StorageGiBMonth} USD a month"),
        };
    }

    private static IEnumerable<CostPart> Burst(CostSpec spec)
    {
        var prices = spec.Prices;
        yield return Hourly("GPU instance", CostLayer.Burst, spec.NodeHourlyPrice, "price reserved");
        yield return Volume("root disk of the node", CostLayer.Burst, spec.NodeVolumeGiB, prices);
        yield return Address("public IPv4 of the node", CostLayer.Burst, prices);
        yield return new CostPart
        {
            Name = "egress",
            Layer = CostLayer.Burst,
            PerHour = spec.EgressGiBPerHour * prices.EgressGiB,
            Basis = Invariant($"{spec.EgressGiBPerHour} GiB an hour × {prices.EgressGiB} USD, estimated"),
        };
    }

    private static CostPart Hourly(string name, CostLayer layer, decimal perHour, string why) =>
        new()
        {
            Name = name,
            Layer = layer,
            PerHour = perHour,
            Basis = Invariant($"{perHour} USD an hour, {why}"),
        };

    private static CostPart Volume(string name, CostLayer layer, int gib, InfrastructurePrices prices) =>
        new()
        {
            Name = name,
            Layer = layer,
            PerHour = gib * prices.VolumeGiBMonth / InfrastructurePrices.HoursPerMonth,
            Basis = Invariant($"{gib} GiB × {prices.VolumeGiBMonth} USD a month"),
        };

    private static CostPart Address(string name, CostLayer layer, InfrastructurePrices prices) =>
        Hourly(name, layer, prices.PublicIpv4Hour, "public IPv4 address");

    private static IEnumerable<string?> Faults(CostSpec spec) =>
        [
            spec.NodeHourlyPrice > 0 ? null : Invariant($"NodeHourlyPrice is {spec.NodeHourlyPrice}, must be above 0"),
            Negative(nameof(spec.NodeVolumeGiB), spec.NodeVolumeGiB),
            Negative(nameof(spec.LighthouseHourlyPrice), spec.LighthouseHourlyPrice ?? 0),
            Negative(nameof(spec.LighthouseVolumeGiB), spec.LighthouseVolumeGiB),
            Negative(nameof(spec.StoredGiB), spec.StoredGiB),
            Negative(nameof(spec.EgressGiBPerHour), spec.EgressGiBPerHour),
        ];

    private static string? Negative(string name, decimal value) =>
        value < 0 ? Invariant($"{name} is {value}, below 0") : null;
}

using System.Globalization;
using HybridLlm.AwsGpu.Offerings;
using HybridLlm.AwsGpu.Pricing;
using HybridLlm.AwsGpu.Storage;
using HybridLlm.Budgets;
using HybridLlm.Ollama.Fitting;

namespace HybridLlm.Planning;

/// <summary>
/// The volume a model is kept on, where that is wanted: which zones GPUs then come from, what it costs and what it loses against the bucket. Pure.
/// </summary>
/// <param name="ZoneIds">Zones that have the volume, or will.</param>
/// <param name="Option">The comparison, by AwsGpu.</param>
/// <param name="Holds">Ids of what holds the model already and is in the price.</param>
internal sealed record ModelShelf(IReadOnlyList<string> ZoneIds, ModelCacheOption Option, IReadOnlyList<string> Holds)
{
    public decimal PerHour => Option.UsdPerMonth / InfrastructurePrices.HoursPerMonth;

    /// <summary>Where volumes are, else where the best offer is.</summary>
    /// <param name="shape">The model.</param>
    /// <param name="volumes">Volumes that hold it already.</param>
    /// <param name="everywhere">Offers of every zone, best first; not empty.</param>
    public static ModelShelf Of(ModelShape shape, IReadOnlyList<ModelVolume> volumes, IReadOnlyList<Offer> everywhere)
    {
        var there = everywhere
            .Select(o => o.Zone)
            .Where(z => volumes.Any(v => v.ZoneName == z.Name))
            .Select(z => z.Id)
            .Distinct()
            .ToList();
        IReadOnlyList<string> zones = there.Count > 0 ? there : [everywhere[0].Zone.Id];
        var options = ModelCachePlanner.Plan(
            new ModelCacheSpec
            {
                ModelGiB = SizeGiB(shape),
                Offers = everywhere,
                VolumeZoneIds = zones,
            }
        );
        return new ModelShelf(
            zones,
            options.Single(o => o.Kind == ModelCacheKind.VolumePerZone),
            [
                .. volumes
                    .Where(v => everywhere.Any(o => o.Zone.Name == v.ZoneName))
                    .DistinctBy(v => v.ZoneName)
                    .Select(v => v.Id),
            ]
        );
    }

    /// <summary>Size of the volume: the weights, with room for the file system.</summary>
    public static int SizeGiB(ModelShape shape) => (int)(shape.WeightBytes * 1.1m / (1L << 30)) + 1;

    public PlanCostPart Cost =>
        new($"model volume in {string.Join(", ", ZoneIds)}", "foundation", decimal.Round(PerHour, 6), Option.Basis);

    public PlanProof Proof() =>
        new()
        {
            Name = "model cache",
            Statement =
                $"The model is kept on a volume in {string.Join(", ", ZoneIds)} for {Money.Usd(Option.UsdPerMonth)} a month; {Option.OffersLost} offers elsewhere are lost to it, and the best one left is {Money.Usd(Option.PinningUsdPerHour ?? 0)} an hour dearer than the best of all.",
            Working =
            [
                Option.Basis,
                Option.LoadTime is { } load
                    ? string.Create(
                        CultureInfo.InvariantCulture,
                        $"read into the GPU in {load.TotalSeconds:0} s at the rate the instance lets through"
                    )
                    : "no offer is left to read it",
            ],
        };
}

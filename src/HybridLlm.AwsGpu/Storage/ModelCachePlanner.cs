using HybridLlm.AwsGpu.Offerings;
using static System.FormattableString;

namespace HybridLlm.AwsGpu.Storage;

/// <summary>
/// Compares the ways of having a model on a node. Pure. A volume lives in one zone and an instance throttles it, so what looks like a saving often
/// costs the cheap pools and is slower than reading the bucket again.
/// </summary>
public static class ModelCachePlanner
{
    /// <summary>gp3's throughput without extra charge, MB/s.</summary>
    private const int FreeMBps = 125;

    /// <summary>gp3's throughput above that, USD per MB/s-month.</summary>
    private const decimal ThroughputMBpsMonth = 0.04m;

    /// <summary>Filling a volume from its snapshot at a rate asked for, USD per GiB.</summary>
    private const decimal InitializationGiB = 0.0036m;

    private const decimal MBInGiB = 1073.741824m;

    /// <summary>The options, those that need no pinning first, then by price a month.</summary>
    /// <param name="spec">Model and offers.</param>
    /// <exception cref="InvalidSpecException">A figure is out of range.</exception>
    public static IReadOnlyList<ModelCacheOption> Plan(ModelCacheSpec spec)
    {
        ArgumentNullException.ThrowIfNull(spec);
        InvalidSpecException.ThrowIfAny("The model cache spec", Faults(spec));
        return [Bucket(spec), Snapshot(spec), Volume(spec)];
    }

    private static ModelCacheOption Bucket(ModelCacheSpec spec)
    {
        // Room for the model on the instance's own disk; without it the root volume takes it, and throttles it.
        var kept = spec.Offers.Where(o => o.InstanceType.LocalNvmeGB * 1000m >= spec.ModelGiB * MBInGiB).ToList();
        return Option(
            spec,
            ModelCacheKind.BucketToNvme,
            kept,
            spec.ModelGiB * spec.Prices.StorageGiBMonth,
            0,
            _ => spec.BucketMBps,
            Invariant(
                $"{spec.ModelGiB} GiB × {spec.Prices.StorageGiBMonth} USD a month in the bucket; {spec.BucketMBps} MB/s from it, traffic free"
            )
        );
    }

    private static ModelCacheOption Snapshot(ModelCacheSpec spec)
    {
        var rate = spec.InitializationMiBps * 1.048576m;
        return Option(
            spec,
            ModelCacheKind.SnapshotToVolume,
            spec.Offers,
            spec.ModelGiB * spec.Prices.SnapshotGiBMonth,
            spec.ModelGiB * InitializationGiB,
            type => Math.Min(rate, OfInstance(type, spec.VolumeMBps)),
            Invariant(
                $"{spec.ModelGiB} GiB × {spec.Prices.SnapshotGiBMonth} USD a month as a snapshot, × {InitializationGiB} USD a wake to fill a volume at {spec.InitializationMiBps} MiB/s"
            )
        );
    }

    private static ModelCacheOption Volume(ModelCacheSpec spec)
    {
        IReadOnlyList<string> zones =
            spec.VolumeZoneIds.Count > 0 ? spec.VolumeZoneIds : [.. spec.Offers.Take(1).Select(o => o.Zone.Id)];
        var each =
            (spec.ModelGiB * spec.Prices.VolumeGiBMonth)
            + (Math.Max(0, spec.VolumeMBps - FreeMBps) * ThroughputMBpsMonth);
        return Option(
            spec,
            ModelCacheKind.VolumePerZone,
            [.. spec.Offers.Where(o => zones.Contains(o.Zone.Id))],
            zones.Count * each,
            0,
            type => OfInstance(type, spec.VolumeMBps),
            Invariant(
                $"{zones.Count} × {spec.ModelGiB} GiB × {spec.Prices.VolumeGiBMonth} USD a month; bound to {string.Join(", ", zones)}, {spec.VolumeMBps} MB/s where the instance lets it"
            )
        );
    }

    private static ModelCacheOption Option(
        ModelCacheSpec spec,
        ModelCacheKind kind,
        IReadOnlyList<Offer> kept,
        decimal perMonth,
        decimal perWake,
        Func<GpuInstanceType, decimal> rate,
        string basis
    )
    {
        var best = kept.Count > 0 ? kept[0] : null;
        return new ModelCacheOption
        {
            Kind = kind,
            Offers = kept,
            UsdPerMonth = perMonth,
            UsdPerWake = perWake,
            LoadTime = best is null
                ? null
                : TimeSpan.FromSeconds((double)(spec.ModelGiB * MBInGiB / rate(best.InstanceType))),
            PinningUsdPerHour = best is null ? null : best.HourlyPrice - spec.Offers.Min(o => o.HourlyPrice),
            OffersLost = spec.Offers.Count - kept.Count,
            Basis = basis,
        };
    }

    /// <summary>What the instance lets through: its baseline, as a burst is over before a big model is.</summary>
    private static decimal OfInstance(GpuInstanceType type, int volumeMBps) =>
        type.EbsBaselineMBps is { } baseline ? Math.Min(volumeMBps, baseline) : volumeMBps;

    private static IEnumerable<string?> Faults(ModelCacheSpec spec) =>
        [
            spec.ModelGiB > 0 ? null : Invariant($"ModelGiB is {spec.ModelGiB}, must be above 0"),
            spec.VolumeMBps is < FreeMBps or > 2000 ? $"VolumeMBps is {spec.VolumeMBps}, must be 125–2000" : null,
            spec.InitializationMiBps is < 100 or > 300
                ? $"InitializationMiBps is {spec.InitializationMiBps}, must be 100–300"
                : null,
            spec.BucketMBps < 1 ? $"BucketMBps is {spec.BucketMBps}, must be 1 or more" : null,
        ];
}

using HybridLlm.AwsGpu.Offerings;
using HybridLlm.AwsGpu.Pricing;

namespace HybridLlm.AwsGpu.Storage;

/// <summary>A model that is to be on nodes, and the offers they may come from.</summary>
public sealed record ModelCacheSpec
{
    /// <summary>Size of the model, GiB; above 0.</summary>
    public required decimal ModelGiB { get; init; }

    /// <summary>Offers, best first, as <see cref="OfferPlanner"/> gives them.</summary>
    public required IReadOnlyList<Offer> Offers { get; init; }

    /// <summary>Zones that would have a volume; empty takes the zone of the best offer.</summary>
    public IReadOnlyList<string> VolumeZoneIds { get; init; } = [];

    /// <summary>Throughput of the volume, MB/s, 125–2000; what is above 125 costs extra.</summary>
    public int VolumeMBps { get; init; } = 125;

    /// <summary>Rate at which a volume is filled from its snapshot, MiB/s, 100–300.</summary>
    public int InitializationMiBps { get; init; } = 300;

    /// <summary>Rate at which a node reads the bucket, MB/s; what 5 Gbit/s carry by default.</summary>
    public int BucketMBps { get; init; } = 600;

    /// <summary>Prices of storage.</summary>
    public InfrastructurePrices Prices { get; init; } = InfrastructurePrices.Embedded;
}

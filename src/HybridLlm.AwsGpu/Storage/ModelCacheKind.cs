namespace HybridLlm.AwsGpu.Storage;

/// <summary>Where a node gets the model from.</summary>
public enum ModelCacheKind
{
    /// <summary>From the cluster's bucket to the instance's own NVMe: any zone, no disk to keep. The default.</summary>
    BucketToNvme,

    /// <summary>A gp3 volume in each zone, filled once: only zones that have one can serve.</summary>
    VolumePerZone,

    /// <summary>A snapshot, made into a volume at each wake: any zone, slow to come.</summary>
    SnapshotToVolume,
}

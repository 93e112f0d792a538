namespace HybridLlm.AwsGpu.Storage;

/// <summary>A gp3 volume that holds a model in one zone.</summary>
public sealed record ModelVolumeSpec
{
    /// <summary>Plan under which it is made; stands in the tags.</summary>
    public required string PlanId { get; init; }

    /// <summary>Name of the model, e.g. <c>llama3.1:8b</c>.</summary>
    public required string Model { get; init; }

    /// <summary>Id of the zone, e.g. <c>use1-az1</c>; the volume never leaves it.</summary>
    public required string ZoneId { get; init; }

    /// <summary>Size, GiB; not less than the snapshot's.</summary>
    public required int SizeGiB { get; init; }

    /// <summary>Throughput, MB/s, 125–2000; instances throttle it, see <see cref="ModelCachePlanner"/>.</summary>
    public int MBps { get; init; } = 125;

    /// <summary>Snapshot it is made from; null makes an empty one.</summary>
    public string? SnapshotId { get; init; }

    /// <summary>
    /// Intent of the node it is made for: then it goes with the burst. Null keeps it, and its price, until everything is torn down.
    /// </summary>
    public string? IntentId { get; init; }
}

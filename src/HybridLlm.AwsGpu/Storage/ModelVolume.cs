namespace HybridLlm.AwsGpu.Storage;

/// <summary>A volume with a model on it, or room for one.</summary>
public sealed record ModelVolume
{
    /// <summary>EC2's id.</summary>
    public required string Id { get; init; }

    /// <summary>The model.</summary>
    public required string Model { get; init; }

    /// <summary>Name of its zone in this account.</summary>
    public required string ZoneName { get; init; }

    /// <summary>Size, GiB.</summary>
    public required int SizeGiB { get; init; }

    /// <summary>Intent of the node it was made for; null for one that is kept.</summary>
    public string? IntentId { get; init; }

    /// <summary>Instance that has it; null while none does.</summary>
    public string? InstanceId { get; init; }

    /// <summary>Where a Nitro instance shows it, whatever device it was attached as.</summary>
    public string DevicePath =>
        $"/dev/disk/by-id/nvme-Amazon_Elastic_Block_Store_{Id.Replace("-", "", StringComparison.Ordinal)}";
}

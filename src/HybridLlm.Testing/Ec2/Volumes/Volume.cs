using HybridLlm.Testing.Ec2.Billing;
using HybridLlm.Testing.Ec2.Catalogue;
using HybridLlm.Testing.Ec2.Instances;
using HybridLlm.Testing.Nodes;

namespace HybridLlm.Testing.Ec2.Volumes;

/// <summary>Where a volume is attached.</summary>
internal sealed record VolumeAttachment(
    Instance Instance,
    string Device,
    DateTimeOffset Time,
    bool DeleteOnTermination
);

/// <summary>An EBS volume.</summary>
internal sealed class Volume(string id, DateTimeOffset created, Zone zone) : Resource(Kind, id, created), IResource
{
    public static ResourceKind Kind { get; } = new("volume", "vol", "InvalidVolume.NotFound", "volume");

    public Zone Zone => zone;

    public required int SizeGiB { get; set; }

    /// <summary>E.g. <c>gp3</c>.</summary>
    public required string VolumeType { get; set; }

    /// <summary>Null for a type without a number of its own.</summary>
    public int? Iops { get; set; }

    /// <summary>MiB/s; null but for gp3.</summary>
    public int? Throughput { get; set; }

    public required bool Encrypted { get; init; }

    public string? KmsKeyId { get; init; }

    public string? SnapshotId { get; init; }

    public VolumeAttachment? Attachment { get; set; }

    /// <summary>What nodes have written to it.</summary>
    public NodeDisk Disk { get; init; } = new();

    public Usage? Usage { get; set; }

    public override string StateName => Attachment is null ? "available" : "in-use";
}

/// <summary>An EBS snapshot; complete as soon as it is made.</summary>
internal sealed class Snapshot(string id, DateTimeOffset created) : Resource(Kind, id, created), IResource
{
    public static ResourceKind Kind { get; } = new("snapshot", "snap", "InvalidSnapshot.NotFound", "snapshot");

    /// <summary>The volume it was made of, which may be gone.</summary>
    public required string VolumeId { get; init; }

    public required int SizeGiB { get; init; }

    public required bool Encrypted { get; init; }

    public required string Description { get; init; }

    /// <summary>What was on the volume.</summary>
    public required NodeDisk Disk { get; init; }
}

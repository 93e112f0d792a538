using HybridLlm.Testing.Ec2.Tagging;

namespace HybridLlm.Testing.Ec2.LaunchTemplates;

/// <summary>
/// What a launch asks for, as a launch template holds it and as RunInstances or a fleet override repeats it. Null and
/// empty mean: not said here.
/// </summary>
internal sealed record LaunchSpecification
{
    public string? ImageId { get; init; }

    public string? InstanceType { get; init; }

    public string? SubnetId { get; init; }

    /// <summary>Zone name or id.</summary>
    public string? Zone { get; init; }

    /// <summary>Base64, as sent.</summary>
    public string? UserData { get; init; }

    public string? KeyName { get; init; }

    /// <summary>Name or ARN.</summary>
    public string? InstanceProfile { get; init; }

    /// <summary><c>stop</c> or <c>terminate</c>.</summary>
    public string? ShutdownBehavior { get; init; }

    public bool? DisableApiTermination { get; init; }

    public bool? EbsOptimized { get; init; }

    public bool? DetailedMonitoring { get; init; }

    /// <summary><c>standard</c> or <c>unlimited</c>.</summary>
    public string? CpuCredits { get; init; }

    public SpotOptions? Spot { get; init; }

    public MetadataOptions Metadata { get; init; } = new();

    public IReadOnlyList<string> SecurityGroupIds { get; init; } = [];

    public IReadOnlyList<BlockDevice> BlockDevices { get; init; } = [];

    public IReadOnlyList<InterfaceSpecification> Interfaces { get; init; } = [];

    public TagSpecifications Tags { get; init; } = new();

    /// <summary>This over a lower one: what is said here wins, devices by name, tags by key.</summary>
    public LaunchSpecification Over(LaunchSpecification lower) =>
        new()
        {
            ImageId = ImageId ?? lower.ImageId,
            InstanceType = InstanceType ?? lower.InstanceType,
            SubnetId = SubnetId ?? lower.SubnetId,
            Zone = Zone ?? lower.Zone,
            UserData = UserData ?? lower.UserData,
            KeyName = KeyName ?? lower.KeyName,
            InstanceProfile = InstanceProfile ?? lower.InstanceProfile,
            ShutdownBehavior = ShutdownBehavior ?? lower.ShutdownBehavior,
            DisableApiTermination = DisableApiTermination ?? lower.DisableApiTermination,
            EbsOptimized = EbsOptimized ?? lower.EbsOptimized,
            DetailedMonitoring = DetailedMonitoring ?? lower.DetailedMonitoring,
            CpuCredits = CpuCredits ?? lower.CpuCredits,
            Spot = Spot ?? lower.Spot,
            Metadata = Metadata.Over(lower.Metadata),
            SecurityGroupIds = SecurityGroupIds.Count > 0 ? SecurityGroupIds : lower.SecurityGroupIds,
            BlockDevices = Merge(BlockDevices, lower.BlockDevices),
            Interfaces = Interfaces.Count > 0 ? Interfaces : lower.Interfaces,
            Tags = Tags.Over(lower.Tags),
        };

    private static List<BlockDevice> Merge(IReadOnlyList<BlockDevice> upper, IReadOnlyList<BlockDevice> lower) =>
        [
            .. lower.Select(l => upper.FirstOrDefault(u => u.Device == l.Device)?.Over(l) ?? l),
            .. upper.Where(u => lower.All(l => l.Device != u.Device)),
        ];
}

/// <summary>Instance metadata service options; null means not said.</summary>
internal sealed record MetadataOptions
{
    /// <summary><c>optional</c> or <c>required</c>.</summary>
    public string? HttpTokens { get; init; }

    public int? HopLimit { get; init; }

    /// <summary><c>enabled</c> or <c>disabled</c>.</summary>
    public string? HttpEndpoint { get; init; }

    /// <summary><c>enabled</c> or <c>disabled</c>.</summary>
    public string? InstanceMetadataTags { get; init; }

    /// <summary>What EC2 takes when nothing is said.</summary>
    public static MetadataOptions Default { get; } =
        new()
        {
            HttpTokens = "optional",
            HopLimit = 1,
            HttpEndpoint = "enabled",
            InstanceMetadataTags = "disabled",
        };

    public MetadataOptions Over(MetadataOptions lower) =>
        new()
        {
            HttpTokens = HttpTokens ?? lower.HttpTokens,
            HopLimit = HopLimit ?? lower.HopLimit,
            HttpEndpoint = HttpEndpoint ?? lower.HttpEndpoint,
            InstanceMetadataTags = InstanceMetadataTags ?? lower.InstanceMetadataTags,
        };
}

/// <summary>Spot purchase of a launch.</summary>
/// <param name="MaxPrice">Highest price accepted, USD per hour; null accepts any.</param>
internal sealed record SpotOptions(decimal? MaxPrice);

/// <summary>An EBS volume a launch makes; null means not said.</summary>
internal sealed record BlockDevice
{
    /// <summary>E.g. <c>/dev/sda1</c>.</summary>
    public required string Device { get; init; }

    public int? SizeGiB { get; init; }

    public string? VolumeType { get; init; }

    public int? Iops { get; init; }

    /// <summary>MiB/s.</summary>
    public int? Throughput { get; init; }

    public bool? Encrypted { get; init; }

    public string? KmsKeyId { get; init; }

    public string? SnapshotId { get; init; }

    public bool? DeleteOnTermination { get; init; }

    public BlockDevice Over(BlockDevice lower) =>
        new()
        {
            Device = Device,
            SizeGiB = SizeGiB ?? lower.SizeGiB,
            VolumeType = VolumeType ?? lower.VolumeType,
            Iops = Iops ?? lower.Iops,
            Throughput = Throughput ?? lower.Throughput,
            Encrypted = Encrypted ?? lower.Encrypted,
            KmsKeyId = KmsKeyId ?? lower.KmsKeyId,
            SnapshotId = SnapshotId ?? lower.SnapshotId,
            DeleteOnTermination = DeleteOnTermination ?? lower.DeleteOnTermination,
        };
}

/// <summary>The network interface a launch makes; null means not said.</summary>
internal sealed record InterfaceSpecification
{
    public string? SubnetId { get; init; }

    public string? Description { get; init; }

    public bool? PublicIp { get; init; }

    public IReadOnlyList<string> SecurityGroupIds { get; init; } = [];
}

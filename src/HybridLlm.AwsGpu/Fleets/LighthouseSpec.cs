namespace HybridLlm.AwsGpu.Fleets;

/// <summary>The mesh's lighthouse: a small on-demand instance with an Elastic IP that outlives it.</summary>
public sealed record LighthouseSpec
{
    /// <summary>Whose lighthouse it is.</summary>
    public required ResourceOwner Owner { get; init; }

    /// <summary>Plan under which it is made; stands in the tags.</summary>
    public required string PlanId { get; init; }

    /// <summary>Id of the intent: 1–64 letters, digits, <c>.</c>, <c>_</c> and <c>-</c>.</summary>
    public required string IntentId { get; init; }

    /// <summary>1 for the first instance; replacing one that has ended takes the next number.</summary>
    public int Attempt { get; init; } = 1;

    /// <summary>Region, e.g. <c>eu-west-1</c>.</summary>
    public required string Region { get; init; }

    /// <summary>Subnet to put it in.</summary>
    public required string SubnetId { get; init; }

    /// <summary>Its security group.</summary>
    public required string SecurityGroupId { get; init; }

    /// <summary>Image to boot.</summary>
    public required MachineImage Image { get; init; }

    /// <summary>Instance type; null takes the cheapest for the image's architecture (t4g.nano, t3.micro).</summary>
    public string? InstanceType { get; init; }

    /// <summary>Root disk, GiB; an image that needs more gets more.</summary>
    public int RootVolumeGiB { get; init; } = 8;

    /// <summary>
    /// How long an instance may run and fail EC2's status checks before it is replaced, 1 minute or more; null never replaces one that runs.
    /// EC2 checks every minute, and a check may fail once in passing.
    /// </summary>
    public TimeSpan? ReplaceWhenImpairedFor { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>The type launched.</summary>
    public string EffectiveInstanceType =>
        InstanceType ?? (Image.Architecture == CpuArchitecture.Arm64 ? "t4g.nano" : "t3.micro");
}

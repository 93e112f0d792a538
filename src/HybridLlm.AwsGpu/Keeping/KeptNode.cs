using HybridLlm.AwsGpu.Offerings;

namespace HybridLlm.AwsGpu.Keeping;

/// <summary>A node that <see cref="NodeKeeper"/> holds.</summary>
public sealed record KeptNode
{
    /// <summary>EC2's id of the instance.</summary>
    public required string InstanceId { get; init; }

    /// <summary>What it was rented at.</summary>
    public required Offer Offer { get; init; }

    /// <summary>Whether it serves; until then it boots.</summary>
    public bool IsReady { get; init; }

    /// <summary>Whether it is to be replaced: EC2 takes it, or recommends to move away.</summary>
    public bool IsLeaving { get; init; }
}

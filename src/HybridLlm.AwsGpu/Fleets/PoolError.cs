using HybridLlm.AwsGpu.Ec2;

namespace HybridLlm.AwsGpu.Fleets;

/// <summary>Why a fleet did not take the node from some pool.</summary>
public sealed record PoolError
{
    /// <summary>Instance type of the pool; null when EC2 does not say.</summary>
    public string? InstanceType { get; init; }

    /// <summary>Zone id of the pool; null when EC2 does not say.</summary>
    public string? ZoneId { get; init; }

    /// <summary>EC2's code, e.g. <c>InsufficientInstanceCapacity</c>.</summary>
    public required string Code { get; init; }

    /// <summary>What the code means.</summary>
    public AwsErrorKind Kind => AwsErrorCodes.KindOf(Code);

    /// <summary>What else would be refused for the same reason.</summary>
    public AwsErrorScope Scope => AwsErrorCodes.RuleOf(Code).Scope;

    /// <summary>EC2's own words.</summary>
    public required string Message { get; init; }

    /// <summary>E.g. <c>g6.xlarge in use1-az1: InsufficientInstanceCapacity</c>.</summary>
    public override string ToString() => $"{InstanceType ?? "any type"} in {ZoneId ?? "any zone"}: {Code}";
}

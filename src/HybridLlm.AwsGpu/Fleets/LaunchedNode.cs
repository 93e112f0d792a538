using HybridLlm.AwsGpu.Offerings;

namespace HybridLlm.AwsGpu.Fleets;

/// <summary>The node of an intent, which has at least begun to start.</summary>
public sealed record LaunchedNode
{
    /// <summary>EC2's id of the instance.</summary>
    public required string InstanceId { get; init; }

    /// <summary>Its type, e.g. <c>g6.xlarge</c>.</summary>
    public required string InstanceType { get; init; }

    /// <summary>Id of its zone, e.g. <c>use1-az1</c>; null when its subnet is none of the intent's pools.</summary>
    public required string? ZoneId { get; init; }

    /// <summary>How it was bought.</summary>
    public InstanceMarket Market { get; init; } = InstanceMarket.Spot;

    /// <summary>Whether it was found running from an earlier launch of the same intent, so that this one rented nothing.</summary>
    public required bool Adopted { get; init; }

    /// <summary>Pools that were tried in vain before it; empty for an adopted node.</summary>
    public IReadOnlyList<PoolError> PoolErrors { get; init; } = [];
}

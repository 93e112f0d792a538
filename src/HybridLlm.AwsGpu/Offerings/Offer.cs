using HybridLlm.AwsGpu.Pricing;

namespace HybridLlm.AwsGpu.Offerings;

/// <summary>A spot pool that fits the request.</summary>
public sealed record Offer
{
    /// <summary>The instance type.</summary>
    public required GpuInstanceType InstanceType { get; init; }

    /// <summary>The zone.</summary>
    public required AvailabilityZone Zone { get; init; }

    /// <summary>Spot price when the facts were read, USD per instance-hour.</summary>
    public required decimal HourlyPrice { get; init; }

    /// <summary>What the same instance costs on demand.</summary>
    public required OnDemandPrice OnDemand { get; init; }
}

using HybridLlm.AwsGpu.Pricing;

namespace HybridLlm.AwsGpu.Offerings;

/// <summary>A pool that fits the request.</summary>
public sealed record Offer
{
    /// <summary>The instance type.</summary>
    public required GpuInstanceType InstanceType { get; init; }

    /// <summary>The zone.</summary>
    public required AvailabilityZone Zone { get; init; }

    /// <summary>How it is bought.</summary>
    public InstanceMarket Market { get; init; } = InstanceMarket.Spot;

    /// <summary>Price in that market when the facts were read, USD per instance-hour.</summary>
    public required decimal HourlyPrice { get; init; }

    /// <summary>What the same instance costs on demand.</summary>
    public required OnDemandPrice OnDemand { get; init; }

    /// <summary>GPU memory the request has a use for, GiB.</summary>
    public decimal UsefulGiB { get; init; } = 1m;

    /// <summary>What offers are ranked by before their history: USD per useful GPU-GiB-hour.</summary>
    public decimal PricePerUsefulGiB => HourlyPrice / UsefulGiB;
}

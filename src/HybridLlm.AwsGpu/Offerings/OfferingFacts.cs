using HybridLlm.AwsGpu.Pricing;

namespace HybridLlm.AwsGpu.Offerings;

/// <summary>What EC2 offers in one region at one moment.</summary>
public sealed record OfferingFacts
{
    /// <summary>The region, e.g. <c>us-east-1</c>.</summary>
    public required string Region { get; init; }

    /// <summary>When it was read.</summary>
    public required DateTimeOffset ReadAt { get; init; }

    /// <summary>Instance types with GPUs that the region has.</summary>
    public required IReadOnlyList<GpuInstanceType> InstanceTypes { get; init; }

    /// <summary>Where each of them can be bought, with its spot price.</summary>
    public required IReadOnlyList<SpotPool> Pools { get; init; }

    /// <summary>On-demand prices to compare with.</summary>
    public required OnDemandPrices OnDemandPrices { get; init; }

    /// <summary>What the account may still start.</summary>
    public GpuQuotas Quotas { get; init; } = GpuQuotas.Unknown;

    /// <summary>What was lived through with pools, at most one record a pool and market; pools without one are taken as new.</summary>
    public IReadOnlyList<PoolRecord> History { get; init; } = [];

    /// <summary>Parts of the market that are left alone; <see cref="Interruptions.PoolHistory.AddTo"/> fills in both.</summary>
    public IReadOnlyList<MarketRest> Rests { get; init; } = [];
}

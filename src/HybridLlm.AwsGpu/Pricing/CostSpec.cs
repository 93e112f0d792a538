namespace HybridLlm.AwsGpu.Pricing;

/// <summary>What to forecast the cost of.</summary>
public sealed record CostSpec
{
    /// <summary>Price reserved for the GPU instance, USD per hour; the bill can be lower, never higher.</summary>
    public required decimal NodeHourlyPrice { get; init; }

    /// <summary>Root disk of the GPU instance, GiB.</summary>
    public int NodeVolumeGiB { get; init; } = 80;

    /// <summary>Price of the lighthouse instance, USD per hour; null when the lighthouse is at home and costs nothing here.</summary>
    public decimal? LighthouseHourlyPrice { get; init; }

    /// <summary>Root disk of the lighthouse, GiB.</summary>
    public int LighthouseVolumeGiB { get; init; } = 8;

    /// <summary>Artifacts and models kept in the cluster's bucket, GiB.</summary>
    public decimal StoredGiB { get; init; }

    /// <summary>Estimate of what leaves AWS in an hour awake, GiB: answers, logs and mesh traffic.</summary>
    public decimal EgressGiBPerHour { get; init; } = 0.05m;

    /// <summary>Prices of everything but instances.</summary>
    public InfrastructurePrices Prices { get; init; } = InfrastructurePrices.Embedded;
}

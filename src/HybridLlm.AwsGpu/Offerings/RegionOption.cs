namespace HybridLlm.AwsGpu.Offerings;

/// <summary>One region as a place for the cluster.</summary>
public sealed record RegionOption
{
    /// <summary>Region name.</summary>
    public string Region => Plan.Region;

    /// <summary>What it offers.</summary>
    public required OfferPlan Plan { get; init; }

    /// <summary>Its best offer; null when nothing fits.</summary>
    public Offer? Best => Plan.Offers.Count > 0 ? Plan.Offers[0] : null;

    /// <summary>Round trip to it; null when it is not known.</summary>
    public TimeSpan? Latency { get; init; }

    /// <summary>Why it is not one to use, in words; null when it is.</summary>
    public string? Reason { get; init; }

    /// <summary>What it is ranked by, USD per hour with nearness counted in; 0 when nothing fits.</summary>
    public decimal Score { get; init; }
}

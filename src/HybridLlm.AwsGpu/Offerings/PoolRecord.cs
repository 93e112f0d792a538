namespace HybridLlm.AwsGpu.Offerings;

/// <summary>What was lived through with one pool: a fact the planner judges it by.</summary>
public sealed record PoolRecord
{
    /// <summary>EC2's name of the type, e.g. <c>g6.xlarge</c>.</summary>
    public required string InstanceType { get; init; }

    /// <summary>Id of the zone, e.g. <c>use1-az1</c>.</summary>
    public required string ZoneId { get; init; }

    /// <summary>The market; capacity on demand and on spot are apart.</summary>
    public InstanceMarket Market { get; init; } = InstanceMarket.Spot;

    /// <summary>Until when the pool is left alone; null when it is not cooled.</summary>
    public DateTimeOffset? CooledUntil { get; init; }

    /// <summary>Until when it is taken as not offered, because EC2 said that the zone does not have it; null when it has not.</summary>
    public DateTimeOffset? UnsupportedUntil { get; init; }

    /// <summary>
    /// What its price is multiplied by for ranking, 1 or more: 1.2 says that its interruptions are worth a fifth of its price. The price
    /// itself, reserved and shown, stays.
    /// </summary>
    public decimal PriceFactor { get; init; } = 1m;
}

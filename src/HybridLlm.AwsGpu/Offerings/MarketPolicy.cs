namespace HybridLlm.AwsGpu.Offerings;

/// <summary>
/// When spot is asked for, when on-demand is bought instead, and when a node bought on demand gives way to spot again. Pure. On-demand has
/// quotas of its own, so it may be had where spot is at its limit.
/// </summary>
public sealed record MarketPolicy
{
    private readonly TimeSpan _waitForSpot = TimeSpan.FromMinutes(3);
    private readonly TimeSpan _retryEvery = TimeSpan.FromMinutes(1);
    private readonly TimeSpan _returnEvery = TimeSpan.FromMinutes(30);

    /// <summary>Whether on-demand is bought at all.</summary>
    public OnDemandFallback Fallback { get; init; } = OnDemandFallback.Never;

    /// <summary>How long spot is asked for before <see cref="OnDemandFallback.AfterWait"/> buys on demand, up to a day.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Negative, or above a day.</exception>
    public TimeSpan WaitForSpot
    {
        get => _waitForSpot;
        init => _waitForSpot = Checked(value, TimeSpan.Zero);
    }

    /// <summary>How soon spot is asked for again after it gave nothing, 1 second to a day.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Shorter or longer.</exception>
    public TimeSpan RetryEvery
    {
        get => _retryEvery;
        init => _retryEvery = Checked(value, TimeSpan.FromSeconds(1));
    }

    /// <summary>How often a node bought on demand is compared with spot, 1 second to a day.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Shorter or longer.</exception>
    public TimeSpan ReturnEvery
    {
        get => _returnEvery;
        init => _returnEvery = Checked(value, TimeSpan.FromSeconds(1));
    }

    /// <summary>What to do now about a node that is wanted.</summary>
    /// <param name="plan">Offers read now.</param>
    /// <param name="now">The time.</param>
    /// <param name="noSpotSince">Since when spot has been asked for in vain; null while it has not.</param>
    public MarketDecision Choose(OfferPlan plan, DateTimeOffset now, DateTimeOffset? noSpotSince)
    {
        ArgumentNullException.ThrowIfNull(plan);
        var mayBuy = plan.OnDemand.Count > 0 && MayBuy(now, noSpotSince);
        if (plan.Offers.Count > 0 && !(mayBuy && noSpotSince is not null))
        {
            return MarketDecision.Launch(InstanceMarket.Spot, plan.Offers);
        }

        if (mayBuy)
        {
            return MarketDecision.Launch(InstanceMarket.OnDemand, plan.OnDemand);
        }

        var waits = Fallback == OnDemandFallback.AfterWait && plan.OnDemand.Count > 0;
        var next = now + RetryEvery;
        return MarketDecision.LookAgain(waits && Buys(noSpotSince ?? now) is var buys && buys < next ? buys : next);
    }

    /// <summary>
    /// Whether a node bought on demand is to be replaced from the spot market: only while nobody uses it, not more often than
    /// <see cref="ReturnEvery"/>, and only for a price that is worth the interruptions.
    /// </summary>
    /// <param name="plan">Offers read now.</param>
    /// <param name="node">The offer the node was bought at.</param>
    /// <param name="now">The time.</param>
    /// <param name="lookedAt">When the node was bought or last compared.</param>
    /// <param name="idle">Whether no request is open.</param>
    public bool ReturnsToSpot(OfferPlan plan, Offer node, DateTimeOffset now, DateTimeOffset lookedAt, bool idle)
    {
        ArgumentNullException.ThrowIfNull(plan);
        ArgumentNullException.ThrowIfNull(node);
        return idle
            && node.Market == InstanceMarket.OnDemand
            && now >= lookedAt + ReturnEvery
            && plan.Offers.Count > 0
            && plan.Offers[0].PricePerUsefulGiB <= plan.Request.MaxShareOfOnDemand * node.PricePerUsefulGiB;
    }

    private bool MayBuy(DateTimeOffset now, DateTimeOffset? noSpotSince) =>
        Fallback switch
        {
            OnDemandFallback.AtOnce => true,
            OnDemandFallback.AfterWait => noSpotSince is { } since && now >= Buys(since),
            _ => false,
        };

    private DateTimeOffset Buys(DateTimeOffset since) => since + WaitForSpot;

    private static TimeSpan Checked(TimeSpan value, TimeSpan least)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(value, least);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(value, TimeSpan.FromDays(1));
        return value;
    }
}

namespace HybridLlm.AwsGpu.Offerings;

/// <summary>What to rent, best first, and what was passed over. <see cref="Offers"/> is empty when nothing fits.</summary>
public sealed record OfferPlan
{
    /// <summary>The request this answers.</summary>
    public required OfferRequest Request { get; init; }

    /// <summary>The region of the offers.</summary>
    public required string Region { get; init; }

    /// <summary>
    /// Spot pools that fit, ascending by price per useful GPU-GiB-hour and history, then by type and zone; at most
    /// <see cref="OfferPlanner.MaxOffers"/>.
    /// </summary>
    public required IReadOnlyList<Offer> Offers { get; init; }

    /// <summary>The same on demand, for when there is no spot capacity; at most <see cref="OfferPlanner.MaxOffers"/>.</summary>
    public IReadOnlyList<Offer> OnDemand { get; init; } = [];

    /// <summary>Types and spot pools that do not fit, with the reason, by type and zone.</summary>
    public required IReadOnlyList<RejectedOffer> Rejected { get; init; }

    /// <summary>Types that fit and cannot be had on demand either, with the reason, by type and zone.</summary>
    public IReadOnlyList<RejectedOffer> RejectedOnDemand { get; init; } = [];

    /// <summary>One answer per type of <see cref="OfferRequest.AnswerFor"/>, in that order.</summary>
    public required IReadOnlyList<TypeAnswer> Answers { get; init; }
}

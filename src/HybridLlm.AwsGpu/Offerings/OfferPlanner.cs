using HybridLlm.AwsGpu.Pricing;
using static System.FormattableString;

namespace HybridLlm.AwsGpu.Offerings;

/// <summary>Chooses pools. Pure: the same request and facts always give the same plan.</summary>
public static class OfferPlanner
{
    /// <summary>Most pools one plan offers: what a fleet request carries comfortably.</summary>
    public const int MaxOffers = 40;

    /// <summary>
    /// Share of the on-demand price up to which spot is worth its interruptions. Some pools cost as much as on-demand.
    /// </summary>
    public const decimal MaxShareOfOnDemand = 0.9m;

    /// <summary>Ranks the pools of <paramref name="facts"/> that satisfy <paramref name="request"/>.</summary>
    /// <param name="request">What is wanted.</param>
    /// <param name="facts">What EC2 offers now, any order.</param>
    /// <exception cref="InvalidSpecException">The request cannot be satisfied by any offer whatever.</exception>
    public static OfferPlan Plan(OfferRequest request, OfferingFacts facts)
    {
        ArgumentNullException.ThrowIfNull(request);
        ArgumentNullException.ThrowIfNull(facts);
        InvalidSpecException.ThrowIfAny("The offer request", Faults(request, facts));

        OfferFilter filter = new(request, facts);
        List<RejectedOffer> unfit = [];
        Dictionary<string, Candidate> fitting = new(StringComparer.Ordinal);
        foreach (var type in facts.InstanceTypes)
        {
            if (filter.WhyNot(type) is { } reason)
            {
                unfit.Add(new RejectedOffer(type.Name, null, reason));
            }
            else
            {
                fitting[type.Name] = new Candidate(type, filter, facts);
            }
        }

        var onDemand = OnDemand(request, fitting, filter, facts);
        var equivalent = request.MayBuyOnDemand ? onDemand.Best : null;
        var spot = Spot(request, fitting, filter, facts, equivalent);
        spot.Rejected.AddRange(unfit);
        spot.Rejected.Sort(ByName);
        onDemand.Rejected.Sort(ByName);
        return new OfferPlan
        {
            Request = request,
            Region = facts.Region,
            Offers = spot.Kept,
            OnDemand = onDemand.Kept,
            Rejected = spot.Rejected,
            RejectedOnDemand = onDemand.Rejected,
            Answers = [.. request.AnswerFor.Select(name => Answer(name, facts, spot.Kept, spot.Rejected))],
        };
    }

    private static Choice OnDemand(
        OfferRequest request,
        Dictionary<string, Candidate> fitting,
        OfferFilter filter,
        OfferingFacts facts
    )
    {
        List<(Offer, decimal)> offers = [];
        List<RejectedOffer> rejected = [];
        foreach (var candidate in fitting.Values.Where(c => c.WhyNotOnDemand is not null))
        {
            rejected.Add(new RejectedOffer(candidate.Type.Name, null, candidate.WhyNotOnDemand!));
        }

        foreach (var pool in facts.Pools)
        {
            if (!fitting.TryGetValue(pool.InstanceType, out var candidate) || candidate.WhyNotOnDemand is not null)
            {
                continue;
            }

            var why =
                filter.WhyNotInZone(pool)
                ?? filter.WhyNotAt(candidate.Price.UsdPerHour)
                ?? filter.WhyNotAfter(pool, candidate.Type, InstanceMarket.OnDemand);
            if (why is { } reason)
            {
                rejected.Add(new RejectedOffer(pool.InstanceType, pool.Zone, reason));
                continue;
            }

            var offer = candidate.Offer(pool, candidate.Price.UsdPerHour, InstanceMarket.OnDemand);
            offers.Add((offer, offer.PricePerUsefulGiB));
        }

        return new Choice(offers, rejected, request.MaxTimesCheapest);
    }

    private static Choice Spot(
        OfferRequest request,
        Dictionary<string, Candidate> fitting,
        OfferFilter filter,
        OfferingFacts facts,
        Offer? equivalent
    )
    {
        List<(Offer, decimal)> offers = [];
        List<RejectedOffer> rejected = [];
        foreach (var candidate in fitting.Values.Where(c => c.WhyNotSpot is not null))
        {
            rejected.Add(new RejectedOffer(candidate.Type.Name, null, candidate.WhyNotSpot!));
        }

        foreach (var pool in facts.Pools)
        {
            if (!fitting.TryGetValue(pool.InstanceType, out var candidate) || candidate.WhyNotSpot is not null)
            {
                continue;
            }

            if (filter.WhyNotSpot(pool, candidate.Type, candidate.Price, equivalent) is { } reason)
            {
                rejected.Add(new RejectedOffer(pool.InstanceType, pool.Zone, reason));
                continue;
            }

            var offer = candidate.Offer(pool, pool.SpotPrice!.Value, InstanceMarket.Spot);
            var factor = filter.HistoryOf(pool, InstanceMarket.Spot)?.PriceFactor ?? 1m;
            offers.Add((offer, offer.PricePerUsefulGiB * factor));
        }

        return new Choice(offers, rejected, request.MaxTimesCheapest);
    }

    private static TypeAnswer Answer(
        string name,
        OfferingFacts facts,
        IReadOnlyList<Offer> offers,
        List<RejectedOffer> rejected
    )
    {
        if (offers.FirstOrDefault(o => o.InstanceType.Name == name) is { } cheapest)
        {
            return new TypeAnswer(name, cheapest, null);
        }

        var reasons = rejected
            .Where(r => r.InstanceType == name)
            .Select(r => r.Zone is { } zone ? $"{zone.Id}: {r.Reason}" : r.Reason)
            .ToList();
        var reason =
            reasons.Count > 0 ? string.Join("; ", reasons)
            : facts.InstanceTypes.Any(t => t.Name == name) ? $"EC2 offers it in no zone of {facts.Region}"
            : facts.OnDemandPrices.Knows(name) ? $"EC2 does not offer it any more in {facts.Region}"
            : $"EC2 offers no such GPU instance type in {facts.Region}";
        return new TypeAnswer(name, null, reason);
    }

    private static int ByName(RejectedOffer a, RejectedOffer b) =>
        a.InstanceType != b.InstanceType
            ? string.CompareOrdinal(a.InstanceType, b.InstanceType)
            : string.CompareOrdinal(a.Zone?.Id, b.Zone?.Id);

    private static IEnumerable<string?> Faults(OfferRequest request, OfferingFacts facts) =>
        [
            request.GpuMemoryMiB > 0 ? null : $"GpuMemoryMiB is {request.GpuMemoryMiB}, must be above 0",
            request.UsefulGpuMemoryMiB < request.GpuMemoryMiB
                ? $"UsefulGpuMemoryMiB is {request.UsefulGpuMemoryMiB}, below GpuMemoryMiB, {request.GpuMemoryMiB}"
                : null,
            request.MaxHourlyPrice <= 0
                ? Invariant($"MaxHourlyPrice is {request.MaxHourlyPrice}, must be above 0 or null")
                : null,
            request.MaxTimesCheapest < 1
                ? Invariant($"MaxTimesCheapest is {request.MaxTimesCheapest}, must be 1 or more, or null")
                : null,
            request.MaxShareOfOnDemand <= 0
                ? Invariant($"MaxShareOfOnDemand is {request.MaxShareOfOnDemand}, must be above 0")
                : null,
            request.ZoneIds is { Count: 0 } ? "ZoneIds is empty; null allows every zone" : null,
            .. facts
                .History.Where(h => h.PriceFactor < 1)
                .Select(h =>
                    Invariant($"the PriceFactor of {h.InstanceType} in {h.ZoneId} is {h.PriceFactor}, below 1")
                ),
        ];

    /// <summary>A type that fits, with what holds for all its pools.</summary>
    private sealed class Candidate(GpuInstanceType type, OfferFilter filter, OfferingFacts facts)
    {
        private readonly decimal _usefulGiB = filter.UsefulGiB(type);

        public GpuInstanceType Type => type;
        public OnDemandPrice Price { get; } = facts.OnDemandPrices.Find(facts.Region, type.Name);
        public string? WhyNotSpot { get; } = filter.WhyNot(type, InstanceMarket.Spot);
        public string? WhyNotOnDemand { get; } = filter.WhyNot(type, InstanceMarket.OnDemand);

        public Offer Offer(SpotPool pool, decimal price, InstanceMarket market) =>
            new()
            {
                InstanceType = type,
                Zone = pool.Zone,
                Market = market,
                HourlyPrice = price,
                OnDemand = Price,
                UsefulGiB = _usefulGiB,
            };
    }

    /// <summary>The offers of one market: all in order, those kept, and what was turned down.</summary>
    private sealed class Choice
    {
        public Choice(List<(Offer Offer, decimal Rank)> offers, List<RejectedOffer> rejected, decimal? times)
        {
            Rejected = rejected;
            if (times is { } most && offers.Count > 0)
            {
                var cheapest = offers.Min(o => o.Offer.HourlyPrice);
                Rejected.AddRange(
                    offers
                        .Where(o => o.Offer.HourlyPrice > most * cheapest)
                        .Select(o => TooDear(o.Offer, most, cheapest))
                );
                offers.RemoveAll(o => o.Offer.HourlyPrice > most * cheapest);
            }

            OfferRanking.Sort(offers);
            Best = offers.Count > 0 ? offers[0].Offer : null;
            Kept = OfferRanking.Spread(offers, MaxOffers);
            if (Kept.Count < offers.Count)
            {
                var kept = Kept.ToHashSet(ReferenceEqualityComparer.Instance);
                Rejected.EnsureCapacity(Rejected.Count + offers.Count);
                Rejected.AddRange(
                    offers
                        .Where(o => !kept.Contains(o.Offer))
                        .Select(o => new RejectedOffer(o.Offer.InstanceType.Name, o.Offer.Zone, s_tooMany))
                );
            }
        }

        /// <summary>The best of all; null when there is none.</summary>
        public Offer? Best { get; }
        public List<Offer> Kept { get; }
        public List<RejectedOffer> Rejected { get; }

        private static RejectedOffer TooDear(Offer offer, decimal most, decimal cheapest) =>
            new(
                offer.InstanceType.Name,
                offer.Zone,
                Invariant($"costs {offer.HourlyPrice:0.0000} USD/h, more than {most} × the cheapest, {cheapest:0.0000}")
            );

        private static readonly string s_tooMany = $"{MaxOffers} pools that are cheaper or spread better fit";
    }
}

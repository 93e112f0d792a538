using System.Collections.Frozen;
using HybridLlm.AwsGpu.Pricing;
using static System.FormattableString;

namespace HybridLlm.AwsGpu.Offerings;

/// <summary>Chooses spot pools. Pure: the same request and facts always give the same plan.</summary>
public static class OfferPlanner
{
    /// <summary>Most pools one plan offers: what a fleet request carries comfortably.</summary>
    public const int MaxOffers = 40;

    /// <summary>
    /// Share of the on-demand price up to which spot is worth its interruptions. Some pools cost as much as on-demand.
    /// </summary>
    public const decimal MaxShareOfOnDemand = 0.9m;

    /// <summary>GPUs older than Turing, which NVIDIA's open kernel driver, the one in the node's image, does not run.</summary>
    private static readonly FrozenSet<string> s_tooOldForOpenDriver = FrozenSet.Create("K80", "M60", "P100", "V100");

    /// <summary>Ranks the pools of <paramref name="facts"/> that satisfy <paramref name="request"/>.</summary>
    /// <param name="request">What is wanted.</param>
    /// <param name="facts">What EC2 offers now, any order.</param>
    /// <exception cref="InvalidSpecException">The request cannot be satisfied by any offer whatever.</exception>
    public static OfferPlan Plan(OfferRequest request, OfferingFacts facts)
    {
        ArgumentNullException.ThrowIfNull(request);
        ArgumentNullException.ThrowIfNull(facts);
        InvalidSpecException.ThrowIfAny("The offer request", Faults(request));

        var types = facts.InstanceTypes.ToFrozenDictionary(t => t.Name);
        var unfit = types.Values.Select(t => (t.Name, Reason: WhyNot(request, t))).Where(t => t.Reason is not null);
        var reasons = unfit.ToFrozenDictionary(t => t.Name, t => t.Reason!);
        var zones = request.ZoneIds?.ToFrozenSet();

        List<Offer> offers = [];
        List<RejectedOffer> rejected = [.. reasons.Select(r => new RejectedOffer(r.Key, null, r.Value))];
        foreach (var pool in facts.Pools)
        {
            if (!types.TryGetValue(pool.InstanceType, out var type) || reasons.ContainsKey(type.Name))
            {
                continue;
            }

            var onDemand = facts.OnDemandPrices.Find(facts.Region, type.Name);
            if (WhyNot(request, zones, pool, onDemand) is { } reason)
            {
                rejected.Add(new RejectedOffer(type.Name, pool.Zone, reason));
                continue;
            }

            offers.Add(
                new Offer
                {
                    InstanceType = type,
                    Zone = pool.Zone,
                    HourlyPrice = pool.SpotPrice!.Value,
                    OnDemand = onDemand,
                }
            );
        }

        offers.Sort(ByPriceThenName);
        rejected.AddRange(offers.Skip(MaxOffers).Select(o => new RejectedOffer(o.InstanceType.Name, o.Zone, TooMany)));
        var kept = offers.Take(MaxOffers).ToList();
        rejected.Sort(ByName);
        return new OfferPlan
        {
            Request = request,
            Region = facts.Region,
            Offers = kept,
            Rejected = rejected,
            Answers = [.. request.AnswerFor.Select(name => Answer(name, facts, kept, rejected))],
        };
    }

    private static string TooMany => $"{MaxOffers} cheaper pools fit";

    private static string? WhyNot(OfferRequest request, GpuInstanceType type)
    {
        var usable = request.OnOneGpu ? type.GpuMemoryMiB : type.TotalGpuMemoryMiB;
        return type.GpuManufacturer != "NVIDIA" ? $"has {type.GpuManufacturer} {type.GpuName}, needs an NVIDIA GPU"
            : s_tooOldForOpenDriver.Contains(type.GpuName)
                ? $"has NVIDIA {type.GpuName}, which the node image's open driver does not run"
            : type.Architecture != request.Architecture ? $"is {type.Architecture}, needs {request.Architecture}"
            : usable < request.GpuMemoryMiB
                ? $"has {usable} MiB of GPU memory{(request.OnOneGpu ? " on one GPU" : "")}, needs {request.GpuMemoryMiB}"
            : !type.SoldOnSpot ? "is not sold on the spot market"
            : null;
    }

    private static string? WhyNot(
        OfferRequest request,
        FrozenSet<string>? zones,
        SpotPool pool,
        OnDemandPrice onDemand
    ) =>
        zones?.Contains(pool.Zone.Id) == false ? $"no subnet in {pool.Zone.Id}"
        : pool.SpotPrice is not { } price ? "has no spot price"
        : price > request.MaxHourlyPrice ? Invariant($"costs {price} USD/h, limit {request.MaxHourlyPrice}")
        : price > MaxShareOfOnDemand * onDemand.UsdPerHour
            ? Invariant($"costs {price} USD/h, more than 90 % of the {onDemand.UsdPerHour} it costs on demand")
        : null;

    private static TypeAnswer Answer(string name, OfferingFacts facts, List<Offer> offers, List<RejectedOffer> rejected)
    {
        if (offers.Find(o => o.InstanceType.Name == name) is { } cheapest)
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

    private static int ByPriceThenName(Offer a, Offer b) =>
        a.HourlyPrice != b.HourlyPrice ? a.HourlyPrice.CompareTo(b.HourlyPrice)
        : a.InstanceType.Name != b.InstanceType.Name ? string.CompareOrdinal(a.InstanceType.Name, b.InstanceType.Name)
        : string.CompareOrdinal(a.Zone.Id, b.Zone.Id);

    private static int ByName(RejectedOffer a, RejectedOffer b) =>
        a.InstanceType != b.InstanceType
            ? string.CompareOrdinal(a.InstanceType, b.InstanceType)
            : string.CompareOrdinal(a.Zone?.Id, b.Zone?.Id);

    private static IEnumerable<string?> Faults(OfferRequest request) =>
        [
            request.GpuMemoryMiB > 0 ? null : $"GpuMemoryMiB is {request.GpuMemoryMiB}, must be above 0",
            request.MaxHourlyPrice <= 0
                ? Invariant($"MaxHourlyPrice is {request.MaxHourlyPrice}, must be above 0 or null")
                : null,
            request.ZoneIds is { Count: 0 } ? "ZoneIds is empty; null allows every zone" : null,
        ];
}

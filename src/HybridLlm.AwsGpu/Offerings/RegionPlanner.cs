using static System.FormattableString;

namespace HybridLlm.AwsGpu.Offerings;

/// <summary>
/// Chooses among regions. Pure. Capacity of one kind comes and goes with the region, so a second region helps more than a fourth zone; but the
/// cluster's network and bucket live in one, which is why the choice is made before anything is built.
/// </summary>
public static class RegionPlanner
{
    /// <summary>Judges each region: its offers, its distance, and why it is not one to use.</summary>
    /// <param name="request">What is wanted; its zones are those of every region.</param>
    /// <param name="regions">Facts of each region, each region once.</param>
    /// <param name="preference">How near it must be and what nearness is worth; null ranks by price.</param>
    /// <returns>Usable regions first, best first; then the others, by name.</returns>
    /// <exception cref="InvalidSpecException">The request or the preference cannot be.</exception>
    public static IReadOnlyList<RegionOption> Plan(
        OfferRequest request,
        IReadOnlyList<OfferingFacts> regions,
        RegionPreference? preference = null
    )
    {
        ArgumentNullException.ThrowIfNull(regions);
        preference ??= new RegionPreference();
        InvalidSpecException.ThrowIfAny("The region preference", preference.Faults());
        return
        [
            .. regions
                .Select(facts => Judge(OfferPlanner.Plan(request, facts), preference))
                .OrderBy(o => o.Reason is not null)
                .ThenBy(o => o.Score)
                .ThenBy(o => o.Region, StringComparer.Ordinal),
        ];
    }

    private static RegionOption Judge(OfferPlan plan, RegionPreference preference)
    {
        var distance = preference.Latencies.TryGetValue(plan.Region, out var known) ? known : (TimeSpan?)null;
        var cheapest = plan.Offers.Count > 0 ? plan.Offers[0] : null;
        var reason =
            cheapest is null ? "no spot pool fits there"
            : preference.MaxLatency is { } most && distance is null
                ? Invariant($"its latency is not known, at most {most.TotalMilliseconds:0} ms are wanted")
            : distance > preference.MaxLatency
                ? Invariant(
                    $"is {distance.Value.TotalMilliseconds:0} ms away, at most {preference.MaxLatency.Value.TotalMilliseconds:0} ms are wanted"
                )
            : null;
        var nearness = (decimal)(distance ?? preference.UnknownLatency).TotalMilliseconds / 100m;
        return new RegionOption
        {
            Plan = plan,
            Latency = distance,
            Reason = reason,
            Score = cheapest is null ? 0 : cheapest.HourlyPrice * (1m + (preference.PriceShareOf100Ms * nearness)),
        };
    }
}

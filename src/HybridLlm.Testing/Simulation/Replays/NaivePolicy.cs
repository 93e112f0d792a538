namespace HybridLlm.Testing.Simulation.Replays;

/// <summary>
/// What others do: look once a tick, rent spot in the first zone that has it (a spare in a zone not used yet, if one is up), do not listen
/// to notices. With fallback, on-demand runs while no spot node serves.
/// </summary>
/// <param name="nodes">Spot nodes wanted, 1 or more.</param>
/// <param name="fallback">Whether on-demand bridges.</param>
internal sealed class NaivePolicy(int nodes, bool fallback) : IReplayPolicy
{
    public void TickBegan(ReplayMarket market)
    {
        while (market.Held.Count(i => i.IsSpot) < nodes)
        {
            var used = market.Held.Select(i => i.Zone).ToHashSet();
            var zone = market.Zones.Where(market.IsUp).OrderBy(used.Contains).FirstOrDefault();
            if (zone is null)
            {
                break;
            }

            market.RentSpot(zone);
        }

        var wanted = fallback && !market.Held.Any(i => i is { IsSpot: true, IsReady: true });
        var onDemand = market.Held.FirstOrDefault(i => !i.IsSpot);
        if (wanted && onDemand is null)
        {
            market.RentOnDemand();
        }
        else if (!wanted && onDemand is not null)
        {
            market.GiveBack(onDemand);
        }
    }

    public void NoticeGiven(ReplayMarket market, ReplayInstance instance, DateTimeOffset endsAt) { }

    public void Taken(ReplayMarket market, ReplayInstance instance) { }

    public void BecameReady(ReplayMarket market, ReplayInstance instance) { }

    public void Woke(ReplayMarket market) { }
}

namespace HybridLlm.AwsGpu.Offerings;

/// <summary>The order of offers, and which of too many are kept. Pure.</summary>
internal static class OfferRanking
{
    /// <summary>The spread looks no further than this many times the offers kept: what is dearer is no help.</summary>
    private const int Horizon = 10;

    /// <summary>Sorts by rank, price per use and history, then by type and zone, so that the order never depends on EC2's.</summary>
    public static void Sort(List<(Offer Offer, decimal Rank)> offers) =>
        offers.Sort(
            static (a, b) =>
            {
                var byRank = a.Rank.CompareTo(b.Rank);
                return byRank != 0 ? byRank : ByName(a.Offer, b.Offer);
            }
        );

    /// <summary>
    /// At most <paramref name="count"/> of the ranked offers, in their order: each time the best of those whose type and zone are
    /// taken least so far. A fleet that may only go to forty places should not find them all in one zone, or of one type, on the same bad day.
    /// </summary>
    public static List<Offer> Spread(IReadOnlyList<(Offer Offer, decimal Rank)> ranked, int count)
    {
        if (ranked.Count <= count)
        {
            return [.. ranked.Select(o => o.Offer)];
        }

        var seen = Math.Min(ranked.Count, count * Horizon);
        Dictionary<string, int> taken = new(StringComparer.Ordinal);
        var kept = new bool[seen];
        for (var n = 0; n < count; n++)
        {
            var best = -1;
            var least = int.MaxValue;
            for (var i = 0; i < seen && least > 0; i++)
            {
                if (!kept[i] && Taken(ranked[i].Offer) is var used && used < least)
                {
                    (best, least) = (i, used);
                }
            }

            kept[best] = true;
            var offer = ranked[best].Offer;
            taken[offer.InstanceType.Name] = taken.GetValueOrDefault(offer.InstanceType.Name) + 1;
            taken[offer.Zone.Id] = taken.GetValueOrDefault(offer.Zone.Id) + 1;
        }

        return [.. Enumerable.Range(0, seen).Where(i => kept[i]).Select(i => ranked[i].Offer)];

        int Taken(Offer offer) =>
            taken.GetValueOrDefault(offer.InstanceType.Name) + taken.GetValueOrDefault(offer.Zone.Id);
    }

    private static int ByName(Offer a, Offer b) =>
        a.InstanceType.Name != b.InstanceType.Name
            ? string.CompareOrdinal(a.InstanceType.Name, b.InstanceType.Name)
            : string.CompareOrdinal(a.Zone.Id, b.Zone.Id);
}

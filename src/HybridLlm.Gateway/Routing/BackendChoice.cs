namespace HybridLlm.Gateway.Routing;

/// <summary>
/// Consistent hashing with bounded loads: what begins alike goes to the same server while that one has at most a quarter more to do than
/// the average; among those within the bound, one that has the model in memory comes first.
/// </summary>
internal static class BackendChoice
{
    private const double Slack = 1.25;

    /// <summary>The server for the wish.</summary>
    /// <param name="among">One or more that may take it.</param>
    /// <param name="wish">What is wanted.</param>
    public static Backend Choose(IReadOnlyList<Backend> among, Wish wish)
    {
        if (among.Count == 1)
        {
            return among[0];
        }

        var average = (among.Sum(b => b.Open) + 1.0) / among.Count;
        var bound = (int)Math.Max(Math.Ceiling(average), Math.Floor(Slack * average));
        return among
            .Where(b => b.Open < bound)
            .OrderByDescending(b => b.View.Resident.ContainsKey(wish.Model))
            .ThenByDescending(b => PrefixHash.Score(wish.Prefix, b.Name))
            .First();
    }
}

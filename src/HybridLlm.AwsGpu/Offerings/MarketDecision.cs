namespace HybridLlm.AwsGpu.Offerings;

/// <summary>What <see cref="MarketPolicy"/> decides: launch now, or look again later.</summary>
public sealed record MarketDecision
{
    /// <summary>Market to launch in; null when nothing is to be launched now.</summary>
    public InstanceMarket? Market { get; init; }

    /// <summary>Offers to launch from, best first; empty when nothing is to be launched now.</summary>
    public IReadOnlyList<Offer> Offers { get; init; } = [];

    /// <summary>When to read the offers and decide again; null when something is to be launched now.</summary>
    public DateTimeOffset? LookAgainAt { get; init; }

    internal static MarketDecision Launch(InstanceMarket market, IReadOnlyList<Offer> offers) =>
        new() { Market = market, Offers = offers };

    internal static MarketDecision LookAgain(DateTimeOffset at) => new() { LookAgainAt = at };
}

namespace HybridLlm.Testing.Simulation.Replays;

/// <summary>What a replay assumes beside the traces. On-demand is always to be had, at 1 an hour.</summary>
public sealed record ReplayOptions
{
    /// <summary>From a launch until the node serves; 0 or more. Spot and on-demand alike.</summary>
    public TimeSpan ColdStart { get; init; } = TimeSpan.FromSeconds(195);

    /// <summary>Price of spot as a share of on-demand, above 0.</summary>
    public decimal SpotPrice { get; init; } = 0.33m;

    /// <summary>From the notice to the end of the instance, 0 or more; an instance rented later hears of it at once.</summary>
    public TimeSpan Warning { get; init; } = TimeSpan.FromMinutes(2);

    /// <summary>Share of the reclaims that come without notice, 0 to 1.</summary>
    public double Unannounced { get; init; }

    /// <summary>Draws which reclaims come without notice; the same seed draws the same.</summary>
    public int Seed { get; init; } = 1;

    internal IEnumerable<string> Faults() =>
        new[]
        {
            ColdStart < TimeSpan.Zero || ColdStart > TimeSpan.FromDays(1)
                ? $"the cold start is {ColdStart}, must be 0 to a day"
                : null,
            SpotPrice <= 0 ? FormattableString.Invariant($"the spot price is {SpotPrice}, must be above 0") : null,
            Warning < TimeSpan.Zero ? $"the warning is {Warning}, must be 0 or more" : null,
            Unannounced is >= 0 and <= 1
                ? null
                : FormattableString.Invariant($"the unannounced share is {Unannounced}, must be 0 to 1"),
        }.OfType<string>();
}

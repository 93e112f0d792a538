namespace HybridLlm.Testing.Simulation.Replays;

/// <summary>How one policy did on a trace with one replica wanted all the time.</summary>
public sealed record ReplayResult
{
    /// <summary>Name of the policy.</summary>
    public required string Policy { get; init; }

    /// <summary>Share of the time in which a node served, percent.</summary>
    public required double ReadyPercent { get; init; }

    /// <summary>Cost of all nodes, by the second, over that of one on-demand node all the time.</summary>
    public required double CostRatio { get; init; }

    /// <summary>Instances that EC2 took back, or announced to take, a day.</summary>
    public required double ReclaimsPerDay { get; init; }

    /// <summary>Longest time without a node that served, seconds.</summary>
    public required double LongestGapSeconds { get; init; }

    /// <summary>Instances rented.</summary>
    public required int Launches { get; init; }

    /// <summary>Most instances rented at once.</summary>
    public required int MostAtOnce { get; init; }
}

namespace HybridLlm.Testing.Simulation.Replays;

/// <summary>How much spot capacity one zone had, tick by tick.</summary>
public sealed record SpotTrace
{
    /// <summary>Zone, e.g. <c>us-west-2b</c>.</summary>
    public required string Zone { get; init; }

    /// <summary>Length of a tick; above zero.</summary>
    public required TimeSpan Tick { get; init; }

    /// <summary>
    /// Instances that could be had, or still ran, at each tick; one or more. Null where the trace has no figure, which is replayed as none.
    /// </summary>
    public required IReadOnlyList<int?> Instances { get; init; }

    /// <summary>Length of the whole trace.</summary>
    public TimeSpan Length => Tick * Instances.Count;

    /// <summary>Whether the zone had anything at an instant; after its end it has nothing.</summary>
    /// <param name="at">Time since the trace began.</param>
    internal bool IsUp(TimeSpan at) =>
        (int)(at.Ticks / Tick.Ticks) is var tick && tick < Instances.Count && Instances[tick] > 0;
}

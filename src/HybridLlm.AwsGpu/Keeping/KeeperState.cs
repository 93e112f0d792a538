using System.Collections.Immutable;
using HybridLlm.AwsGpu.Interruptions;

namespace HybridLlm.AwsGpu.Keeping;

/// <summary>What <see cref="NodeKeeper"/> knows.</summary>
public sealed record KeeperState
{
    /// <summary>Nothing is held and nothing is under way.</summary>
    public static KeeperState Initial { get; } = new();

    /// <summary>Nodes rented and not given back, oldest first.</summary>
    public ImmutableList<KeptNode> Nodes { get; init; } = [];

    /// <summary>What has been heard of them, and what was lived through with pools.</summary>
    public InterruptionState Interruptions { get; init; } = InterruptionState.Initial;

    /// <summary>Whether offers are being read or a launch is under way; its outcome comes as an event.</summary>
    public bool IsAsking { get; init; }

    /// <summary>Since when spot has been asked for in vain; null while it has not.</summary>
    public DateTimeOffset? NoSpotSince { get; init; }

    /// <summary>When a market was last asked for a node, or a node bought on demand was last compared with spot.</summary>
    public DateTimeOffset LookedAt { get; init; }

    /// <summary>When to look again although nothing has happened; null when there is nothing to wait for.</summary>
    public DateTimeOffset? LookAgainAt { get; init; }
}

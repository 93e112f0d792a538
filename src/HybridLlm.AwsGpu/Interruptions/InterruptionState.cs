using System.Collections.Immutable;

namespace HybridLlm.AwsGpu.Interruptions;

/// <summary>The nodes watched, and what was lived through with their pools.</summary>
public sealed record InterruptionState
{
    /// <summary>Nothing is watched, nothing is remembered.</summary>
    public static InterruptionState Initial { get; } = new();

    /// <summary>Nodes by EC2's id.</summary>
    public ImmutableDictionary<string, WatchedNode> Nodes { get; init; } =
        ImmutableDictionary.Create<string, WatchedNode>(StringComparer.Ordinal);

    /// <summary>What was lived through with pools.</summary>
    public PoolHistory Pools { get; init; } = PoolHistory.Empty;

    /// <summary>Watches a node from now on.</summary>
    /// <param name="node">The node.</param>
    public InterruptionState Watch(WatchedNode node)
    {
        ArgumentNullException.ThrowIfNull(node);
        return this with { Nodes = Nodes.SetItem(node.InstanceId, node) };
    }

    /// <summary>Stops watching a node that we give back; what is told of it later changes nothing.</summary>
    /// <param name="instanceId">EC2's id; one that is not watched is passed over.</param>
    /// <param name="now">The time.</param>
    public InterruptionState GiveBack(string instanceId, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(instanceId);
        return Nodes.TryGetValue(instanceId, out var node)
            ? this with
            {
                Nodes = Nodes.Remove(instanceId),
                Pools =
                    node.Heard == InterruptionKind.Notice
                        ? Pools
                        : Pools.Held(node.InstanceType, node.ZoneId, now - node.Since),
            }
            : this;
    }
}

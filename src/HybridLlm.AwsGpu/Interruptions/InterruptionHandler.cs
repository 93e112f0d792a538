namespace HybridLlm.AwsGpu.Interruptions;

/// <summary>
/// The one handler of all three sources: a pure step from state and signal to state and moves. A signal that tells nothing new, comes late,
/// or is about an instance that is not watched, changes nothing, so sources may repeat themselves and each other.
/// </summary>
public static class InterruptionHandler
{
    /// <summary>Takes one signal.</summary>
    /// <param name="state">The state so far.</param>
    /// <param name="signal">What is told.</param>
    /// <param name="prefetchAllowed">
    /// Whether the budget bears a second node for longer than a notice, so that a mere recommendation may start the replacement.
    /// </param>
    public static (InterruptionState State, IReadOnlyList<InterruptionMove> Moves) Next(
        InterruptionState state,
        InterruptionSignal signal,
        bool prefetchAllowed
    )
    {
        ArgumentNullException.ThrowIfNull(state);
        ArgumentNullException.ThrowIfNull(signal);
        return !state.Nodes.TryGetValue(signal.InstanceId, out var node)
            ? (state, [])
            : signal.Kind switch
            {
                InterruptionKind.Rebalance => Rebalance(state, node, prefetchAllowed),
                InterruptionKind.Notice => Notice(state, node, signal),
                InterruptionKind.Ended => Ended(state, node, signal),
                _ => throw new ArgumentOutOfRangeException(nameof(signal)),
            };
    }

    private static (InterruptionState, IReadOnlyList<InterruptionMove>) Rebalance(
        InterruptionState state,
        WatchedNode node,
        bool prefetchAllowed
    )
    {
        var starts = prefetchAllowed && !node.ReplacementStarted;
        var heard = node with
        {
            Heard = node.Heard ?? InterruptionKind.Rebalance,
            ReplacementStarted = node.ReplacementStarted || starts,
        };
        return (state.Watch(heard), starts ? [InterruptionMove.StartReplacement] : []);
    }

    private static (InterruptionState, IReadOnlyList<InterruptionMove>) Notice(
        InterruptionState state,
        WatchedNode node,
        InterruptionSignal signal
    )
    {
        if (node.Heard == InterruptionKind.Notice)
        {
            return (state.Watch(node with { EndsAt = node.EndsAt ?? signal.EndsAt }), []);
        }

        var heard = node with { Heard = InterruptionKind.Notice, EndsAt = signal.EndsAt, ReplacementStarted = true };
        return (
            state.Watch(heard) with
            {
                Pools = state.Pools.Interrupted(node.InstanceType, node.ZoneId, signal.At - node.Since, signal.At),
            },
            node.ReplacementStarted
                ? [InterruptionMove.Drain]
                : [InterruptionMove.Drain, InterruptionMove.StartReplacement]
        );
    }

    private static (InterruptionState, IReadOnlyList<InterruptionMove>) Ended(
        InterruptionState state,
        WatchedNode node,
        InterruptionSignal signal
    )
    {
        var held = signal.At - node.Since;
        // The notice has counted the loss already.
        var pools =
            node.Heard == InterruptionKind.Notice ? state.Pools
            : signal.ByEc2 ? state.Pools.Interrupted(node.InstanceType, node.ZoneId, held, signal.At)
            : state.Pools.Held(node.InstanceType, node.ZoneId, held);
        return (
            state with
            {
                Nodes = state.Nodes.Remove(node.InstanceId),
                Pools = pools,
            },
            node.ReplacementStarted
                ? [InterruptionMove.Sweep]
                : [InterruptionMove.Sweep, InterruptionMove.StartReplacement]
        );
    }
}

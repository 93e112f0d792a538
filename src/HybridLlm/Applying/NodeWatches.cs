using System.Collections.Concurrent;
using HybridLlm.AwsGpu.Fleets;
using HybridLlm.AwsGpu.Interruptions;
using HybridLlm.Waking;

namespace HybridLlm.Applying;

/// <summary>Watches over every rented node. <see cref="InterruptionHandler"/> judges what is heard of one and remembers its pool.</summary>
internal sealed class NodeWatches(ClusterContext context, Action<string, WakeEvent> notify) : IAsyncDisposable
{
    private readonly ConcurrentDictionary<string, LeaseWatch> _watches = new();
    private readonly ConcurrentDictionary<string, string> _judged = new();
    private readonly Lock _gate = new();
    private InterruptionState _state = InterruptionState.Initial;

    /// <summary>Watches a node from now on.</summary>
    /// <param name="wakeId">Its wake.</param>
    /// <param name="instanceId">Its instance.</param>
    /// <param name="pool">The pool it came from; null when that is not known any more.</param>
    public void Begin(string wakeId, string instanceId, NodePool? pool)
    {
        if (pool is not null)
        {
            _judged[wakeId] = instanceId;
            lock (_gate)
            {
                _state = _state.Watch(
                    new WatchedNode
                    {
                        InstanceId = instanceId,
                        InstanceType = pool.InstanceType,
                        ZoneId = pool.ZoneId,
                        Since = context.Now,
                    }
                );
            }
        }

        _watches[wakeId] = new LeaseWatch(context, wakeId, instanceId, happened => Tell(wakeId, happened));
    }

    public async ValueTask EndAsync(string wakeId)
    {
        if (_watches.TryRemove(wakeId, out var watch))
        {
            await watch.DisposeAsync().ConfigureAwait(false);
        }

        if (_judged.TryGetValue(wakeId, out var instanceId))
        {
            lock (_gate)
            {
                _state = _state.GiveBack(instanceId, context.Now);
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var wakeId in _watches.Keys)
        {
            await EndAsync(wakeId).ConfigureAwait(false);
        }
    }

    /// <summary>Asks EC2 about a node now instead of at the next look.</summary>
    public async Task ExamineAsync(GpuNode node, CancellationToken cancellationToken)
    {
        var all = await new ClusterInstances(context.Aws, context.Owner, context.Region)
            .ListAsync(cancellationToken)
            .ConfigureAwait(false);
        if (all.Any(i => i.InstanceId == node.InstanceId && !i.IsAlive))
        {
            Tell(node.WakeId, WakeEvent.NodeLost);
        }
    }

    public IReadOnlyList<NodePool> NotCooled(IReadOnlyList<NodePool> pools)
    {
        lock (_gate)
        {
            return _state.Pools.NotCooled(pools, context.Now);
        }
    }

    private void Tell(string wakeId, WakeEvent happened)
    {
        InterruptionKind? kind = happened switch
        {
            WakeEvent.NoticeGiven => InterruptionKind.Notice,
            WakeEvent.NodeLost => InterruptionKind.Ended,
            _ => null,
        };
        if (kind is { } told && _judged.TryGetValue(wakeId, out var instanceId) && !IsNews(instanceId, told))
        {
            return;
        }

        notify(wakeId, happened);
    }

    private bool IsNews(string instanceId, InterruptionKind kind)
    {
        InterruptionSignal signal = new()
        {
            InstanceId = instanceId,
            Kind = kind,
            Source = InterruptionSource.Reconcile,
            At = context.Now,
        };
        lock (_gate)
        {
            var (next, moves) = InterruptionHandler.Next(_state, signal, prefetchAllowed: false);
            _state = next;
            return moves.Count > 0;
        }
    }
}

using System.Collections.Concurrent;
using HybridLlm.AwsGpu.Fleets;
using HybridLlm.AwsGpu.Interruptions;
using HybridLlm.Waking;

namespace HybridLlm.Applying;

/// <summary>Watches over every rented node, and leaves alone for a while the pools EC2 took one from.</summary>
internal sealed class NodeWatches(ClusterContext context, Action<string, WakeEvent> notify) : IAsyncDisposable
{
    private readonly ConcurrentDictionary<string, LeaseWatch> _watches = new();
    private readonly ConcurrentDictionary<string, NodePool> _pools = new();
    private readonly Lock _cooling = new();
    private readonly PoolCooldown _cooldown = new(context.Clock);

    /// <summary>Watches a node from now on.</summary>
    /// <param name="wakeId">Its wake.</param>
    /// <param name="instanceId">Its instance.</param>
    /// <param name="pool">The pool it came from; null when that is not known any more.</param>
    public void Begin(string wakeId, string instanceId, NodePool? pool)
    {
        if (pool is not null)
        {
            _pools[wakeId] = pool;
        }

        _watches[wakeId] = new LeaseWatch(context, wakeId, instanceId, happened => Tell(wakeId, happened));
    }

    public async ValueTask EndAsync(string wakeId)
    {
        if (_watches.TryRemove(wakeId, out var watch))
        {
            await watch.DisposeAsync().ConfigureAwait(false);
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
        lock (_cooling)
        {
            return _cooldown.Filter(pools);
        }
    }

    private void Tell(string wakeId, WakeEvent happened)
    {
        // Once a node: the notice and the end are one and the same loss.
        if (happened is WakeEvent.NoticeGiven or WakeEvent.NodeLost && _pools.TryRemove(wakeId, out var pool))
        {
            lock (_cooling)
            {
                _cooldown.Cool(pool.InstanceType, pool.ZoneId);
            }
        }

        notify(wakeId, happened);
    }
}

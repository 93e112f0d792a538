using System.Collections.Concurrent;
using HybridLlm.Applying;
using HybridLlm.AwsGpu.Fleets;
using HybridLlm.AwsGpu.Interruptions.Sources;
using HybridLlm.Waking;

namespace HybridLlm.Keeping;

/// <summary>Watches over every rented node by all three sources; <see cref="NodeKeeping"/> judges what they tell.</summary>
internal sealed class NodeWatches(ClusterContext context, NodeKeeping keeping, Action<string, WakeEvent> notify)
    : IAsyncDisposable
{
    private readonly ConcurrentDictionary<string, LeaseWatch> _watches = new();
    private readonly Lock _gate = new();
    private QueueListener? _queue;

    /// <summary>Watches a node from now on.</summary>
    /// <param name="wakeId">Its wake.</param>
    /// <param name="instanceId">Its instance.</param>
    /// <param name="agent">Where it leaves word itself; null when it is not known.</param>
    public void Begin(string wakeId, string instanceId, AgentMailbox? agent)
    {
        lock (_gate)
        {
            _queue ??= context.Spec.Gpu.InterruptionQueue is { } name
                ? new QueueListener(context, name, keeping.Hear)
                : null;
        }

        _watches[wakeId] = new LeaseWatch(
            context,
            wakeId,
            instanceId,
            keeping,
            agent,
            () => notify(wakeId, WakeEvent.BudgetExhausted)
        );
    }

    public async ValueTask EndAsync(string wakeId)
    {
        if (_watches.TryRemove(wakeId, out var watch))
        {
            keeping.Forget(watch.InstanceId);
            await watch.DisposeAsync().ConfigureAwait(false);
        }
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var wakeId in _watches.Keys)
        {
            await EndAsync(wakeId).ConfigureAwait(false);
        }

        QueueListener? queue;
        lock (_gate)
        {
            (queue, _queue) = (_queue, null);
        }

        if (queue is not null)
        {
            await queue.DisposeAsync().ConfigureAwait(false);
        }
    }

    /// <summary>Asks EC2 about a node now instead of at the next look.</summary>
    public async Task ExamineAsync(GpuNode node, CancellationToken cancellationToken)
    {
        var all = await new ClusterInstances(context.Aws, context.Owner, context.Region)
            .ListAsync(cancellationToken)
            .ConfigureAwait(false);
        if (all.FirstOrDefault(i => i.InstanceId == node.InstanceId) is { IsAlive: false } gone)
        {
            keeping.Hear(LeaseWatch.Ended(gone, context.Now));
        }
    }
}

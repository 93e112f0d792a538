using HybridLlm.AwsGpu.Fleets;
using HybridLlm.AwsGpu.Teardown;
using HybridLlm.Federating;
using HybridLlm.Journals;
using HybridLlm.Keeping;
using HybridLlm.Waking;

namespace HybridLlm.Applying;

/// <summary>Gives back what a burst rented, and takes back what it made at home.</summary>
/// <param name="context">The cluster.</param>
/// <param name="watches">Who watches over its nodes; null when nobody does.</param>
internal sealed class BurstEnd(ClusterContext context, NodeWatches? watches)
{
    private static readonly TimeSpan s_givingBack = TimeSpan.FromMinutes(8);
    private static readonly TimeSpan s_ending = TimeSpan.FromMinutes(5);

    public async Task GiveBackAsync(GpuNode node, CancellationToken cancellationToken)
    {
        if (watches is not null)
        {
            await watches.EndAsync(node.WakeId).ConfigureAwait(false);
        }

        await LeaveAsync(n => n.WakeId == node.WakeId, cancellationToken).ConfigureAwait(false);
        ClusterInstances instances = new(context.Aws, context.Owner, context.Region);
        await instances.TerminateAsync([node.InstanceId], cancellationToken).ConfigureAwait(false);
        if (
            !await instances
                .WaitForTerminatedAsync([node.InstanceId], s_ending, cancellationToken)
                .ConfigureAwait(false)
        )
        {
            throw new NodeLostException(node.WakeId, $"EC2 does not end {node.InstanceId}");
        }

        Forget(node.WakeId, "replaced");
        context.Events.Publish(ClusterEventKind.Progress, ClusterStages.Reclaim, $"{node.WakeId} is given back.");
        await SweepAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Gives back what a wake rented that came to nothing while another node serves, whatever became of its launch.</summary>
    public async Task GiveBackAsync(string wakeId, CancellationToken cancellationToken)
    {
        if (watches is not null)
        {
            await watches.EndAsync(wakeId).ConfigureAwait(false);
        }

        await LeaveAsync(n => n.WakeId == wakeId, cancellationToken).ConfigureAwait(false);
        await new LaunchSettling(context).EndAsync(wakeId, cancellationToken).ConfigureAwait(false);
        Forget(wakeId, "came to nothing");
        await SweepAsync(cancellationToken).ConfigureAwait(false);
    }

    public async Task GiveBackAsync(CancellationToken cancellationToken)
    {
        if (watches is not null)
        {
            await watches.DisposeAsync().ConfigureAwait(false);
        }

        context.Events.Publish(ClusterEventKind.Progress, ClusterStages.Sleep, "The GPU is given back.");
        await LeaveAsync(_ => true, cancellationToken).ConfigureAwait(false);
        await new LaunchSettling(context).EndAsync(cancellationToken).ConfigureAwait(false);
        Narrator<TeardownEvent> progress = new(e =>
            context.Events.Publish(
                ClusterEventKind.Progress,
                ClusterStages.Sleep,
                e.BlockedBy is null
                    ? $"Removed {e.Resource.Kind} {e.Resource.Id}."
                    : $"{e.Resource.Kind} {e.Resource.Id} waits: {e.BlockedBy}."
            )
        );
        var report = await new ClusterTeardown(context.Aws)
            .RunAsync(context.Owner, TeardownScope.Burst, [context.Region], s_givingBack, progress, cancellationToken)
            .ConfigureAwait(false);
        if (!report.IsComplete)
        {
            throw new BurstRemainsException(report);
        }

        foreach (var node in context.Journal.Memory.LiveNodes.Where(n => n.Role == NodeRoles.Gpu).ToList())
        {
            Forget(node.WakeId, "given back");
        }

        await SweepAsync(cancellationToken).ConfigureAwait(false);
        if (context.Federation is { } federation)
        {
            await federation.Parting.CloseAsync(cancellationToken).ConfigureAwait(false);
        }

        Say("A fresh scan finds nothing rented but the foundation.");
    }

    /// <summary>Unpeers the clusters whose nodes are still there.</summary>
    public async Task LeaveAsync(Func<NodeMemory, bool> which, CancellationToken cancellationToken)
    {
        var peered = context.Journal.Memory.LiveNodes.Where(n => n.MayBePeered && which(n)).ToList();
        if (context.Federation is not { } federation || peered.Count == 0)
        {
            return;
        }

        var instances = await new ClusterInstances(context.Aws, context.Owner, context.Region)
            .ListAsync(cancellationToken)
            .ConfigureAwait(false);
        foreach (var node in peered.Where(n => instances.Any(i => i.InstanceId == n.InstanceId && i.IsAlive)))
        {
            if (Cluster(node) is { } cluster)
            {
                await federation
                    .Parting.LeaveAsync(cluster, node.IsInterrupted, cancellationToken)
                    .ConfigureAwait(false);
            }
        }
    }

    /// <summary>Writes down that a node has ended.</summary>
    public void Forget(string wakeId, string reason)
    {
        context.Journal.Append(
            new NodeEnded
            {
                At = context.Now,
                WakeId = wakeId,
                Reason = reason,
            }
        );
        context.State.DeleteSecret(GpuPayload.KubeconfigName(wakeId));
    }

    private FederatedCluster? Cluster(NodeMemory node)
    {
        var mesh = MeshKeeper.Load(context.State, Specs.SpecCheck.AddressProofOf(context.Spec).Mesh, context.Clock);
        var self = mesh is null ? null : new ControllerIdentity(context, mesh).Load();
        var kubeconfig = context.State.ReadSecretText(GpuPayload.KubeconfigName(node.WakeId));
        return self is null || kubeconfig is null
            ? null
            : new FederatedCluster(node.WakeId, node.ProviderId!, node.MeshAddress, kubeconfig, self);
    }

    private Task SweepAsync(CancellationToken cancellationToken) =>
        context.Federation?.Parting.SweepAsync(cancellationToken) ?? Task.CompletedTask;

    private void Say(string message) => context.Events.Publish(ClusterEventKind.Done, ClusterStages.Sleep, message);
}

using HybridLlm.Applying;
using HybridLlm.Journals;
using HybridLlm.Liqo.Clusters;
using HybridLlm.Liqo.Diagnosis;
using HybridLlm.Liqo.Offloading;
using HybridLlm.Liqo.Unpeering;
using HybridLlm.Specs;

namespace HybridLlm.Federating;

/// <summary>
/// Takes back what GPU clusters made at home. What the homelab does or does not do never keeps a GPU rented: leaving is bounded, and what
/// a vanished cluster left is removed by force later.
/// </summary>
internal sealed class ClusterParting(ClusterContext context, FederationSpec spec, HomelabLink link)
{
    /// <summary>What a graceful end gets before the GPU goes anyway.</summary>
    private static readonly TimeSpan s_graceful = TimeSpan.FromSeconds(90);

    private static readonly TimeSpan s_pollEvery = TimeSpan.FromSeconds(2);

    // Its answers have moved when it departs; what is left of the notice is for the objects.
    private static readonly DepartureSpec s_departure = new()
    {
        Budget = TimeSpan.FromSeconds(45),
        PodGrace = TimeSpan.FromSeconds(10),
        ForcePatience = TimeSpan.FromSeconds(20),
    };

    /// <summary>Ends the peering with a cluster that is still there, within ninety seconds; what is not done then is left to <see cref="SweepAsync"/>.</summary>
    /// <param name="cluster">The cluster.</param>
    /// <param name="isTaken">Whether EC2 takes it, so that it may vanish at any step.</param>
    /// <param name="cancellationToken">Stops between calls.</param>
    public async Task LeaveAsync(FederatedCluster cluster, bool isTaken, CancellationToken cancellationToken)
    {
        using CancellationTokenSource end = new(s_graceful, context.Clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, end.Token);
        try
        {
            await link.Home.RemoveDeploymentAsync(cluster.DeploymentName, either.Token).ConfigureAwait(false);
            using var rented = link.Connect(cluster);
            var consumer = await link.ConnectAsync(either.Token).ConfigureAwait(false);
            var provider = await LiqoCluster
                .ConnectAsync(rented, cancellationToken: either.Token)
                .ConfigureAwait(false);
            if (isTaken)
            {
                await DepartAsync(cluster, consumer, provider, either.Token).ConfigureAwait(false);
                return;
            }

            PeeringRemover remover = new(consumer, provider);
            var plan = await remover.PlanAsync(new UnpeeringSpec(), either.Token).ConfigureAwait(false);
            await remover.ApplyAsync(plan, link.Tell(ClusterStages.Sleep), either.Token).ConfigureAwait(false);
            var left = await new PeeringScanner(provider).ScanAsync(either.Token).ConfigureAwait(false);
            link.Say(
                left.Count == 0 ? ClusterEventKind.Progress : ClusterEventKind.Warning,
                left.Count == 0
                    ? $"{cluster.WakeId} is unpeered; its API server holds nothing of the homelab."
                    : $"{cluster.WakeId} is unpeered; its API server still holds {string.Join(", ", left.SelectMany(t => t.Objects))}.",
                ClusterStages.Sleep
            );
            Remember(cluster.WakeId);
        }
        catch (Exception e) when (!cancellationToken.IsCancellationRequested)
        {
            link.Say(
                ClusterEventKind.Warning,
                $"{cluster.WakeId} is not unpeered gracefully, and will be by force once it is gone: {e.Message}",
                ClusterStages.Sleep
            );
        }
    }

    /// <summary>Removes by force what clusters that are gone have left at home. Failing is no reason to keep anything rented.</summary>
    public async Task SweepAsync(CancellationToken cancellationToken)
    {
        foreach (var node in context.Journal.Memory.Nodes.Where(n => n.MayBePeered && n.EndedAt is not null).ToList())
        {
            try
            {
                await link.Home.RemoveDeploymentAsync($"ollama-{node.WakeId}", cancellationToken).ConfigureAwait(false);
                await ForceAsync(node.WakeId, node.ProviderId!, cancellationToken).ConfigureAwait(false);
                Remember(node.WakeId);
            }
            catch (Exception e) when (!cancellationToken.IsCancellationRequested)
            {
                link.Say(
                    ClusterEventKind.Warning,
                    $"What {node.WakeId} left at home is still there and is tried again: {e.Message}",
                    ClusterStages.Sleep
                );
            }
        }
    }

    /// <summary>
    /// Removes what GPU clusters of a lost journal left at home: their Deployments, by our owner id, and their peerings, by names only this cluster
    /// gives, and only while the namespace says that we were here. Failing is no reason to stop.
    /// </summary>
    public async Task TakeInAsync(CancellationToken cancellationToken)
    {
        try
        {
            if (!await link.Home.IsOursAsync(cancellationToken).ConfigureAwait(false))
            {
                return;
            }

            await link.Home.RemoveDeploymentsAsync(cancellationToken).ConfigureAwait(false);
            var consumer = await link.ConnectAsync(cancellationToken).ConfigureAwait(false);
            var traces = await new PeeringScanner(consumer).ScanAsync(cancellationToken).ConfigureAwait(false);
            var lost = traces
                .Select(t => t.PeerId)
                .Where(id => id.StartsWith($"{context.Spec.Name}-{NodeRoles.Gpu}-", StringComparison.Ordinal));
            foreach (var id in lost.ToList())
            {
                await ForceAsync(id, id, cancellationToken).ConfigureAwait(false);
            }
        }
        catch (Exception e) when (!cancellationToken.IsCancellationRequested)
        {
            link.Say(
                ClusterEventKind.Warning,
                $"What is left at home is still there: {e.Message}",
                ClusterStages.Adopt
            );
        }
    }

    /// <summary>Takes back the namespace, once no GPU cluster is peered any more.</summary>
    public async Task CloseAsync(CancellationToken cancellationToken)
    {
        if (context.Journal.Memory.Nodes.Any(n => n.MayBePeered))
        {
            return;
        }

        try
        {
            if (await link.Home.IsOursAsync(cancellationToken).ConfigureAwait(false))
            {
                var consumer = await link.ConnectAsync(cancellationToken).ConfigureAwait(false);
                await new NamespaceOffloader(consumer)
                    .RemoveAsync(
                        spec.Namespace,
                        progress: link.Tell(ClusterStages.Sleep),
                        cancellationToken: cancellationToken
                    )
                    .ConfigureAwait(false);
                await link.Home.RemoveNamespaceAsync(cancellationToken).ConfigureAwait(false);
                await AwaitEmptyAsync(cancellationToken).ConfigureAwait(false);
            }
        }
        catch (Exception e) when (!cancellationToken.IsCancellationRequested)
        {
            link.Say(
                ClusterEventKind.Warning,
                $"The homelab's namespace {spec.Namespace} is still there and is tried again: {e.Message}",
                ClusterStages.Sleep
            );
        }
    }

    /// <summary>What of ours the homelab holds now, in words; empty when nothing.</summary>
    public async Task<IReadOnlyList<string>> ScanAsync(CancellationToken cancellationToken)
    {
        try
        {
            var consumer = await link.ConnectAsync(cancellationToken).ConfigureAwait(false);
            var ours = context.Journal.Memory.Nodes.Select(n => n.ProviderId).OfType<string>().ToHashSet();
            var traces = await new PeeringScanner(consumer).ScanAsync(cancellationToken).ConfigureAwait(false);
            return
            [
                .. traces.Where(t => ours.Contains(t.PeerId)).SelectMany(t => t.Objects).Select(o => o.ToString()),
                .. await link.Home.ScanAsync(cancellationToken).ConfigureAwait(false),
            ];
        }
        catch (Exception e) when (!cancellationToken.IsCancellationRequested)
        {
            return [$"the homelab does not answer: {e.Message}"];
        }
    }

    /// <summary>In agreement as long as the cluster answers, then by force: either way the homelab holds nothing of it.</summary>
    private async Task DepartAsync(
        FederatedCluster cluster,
        LiqoCluster consumer,
        LiqoCluster provider,
        CancellationToken cancellationToken
    )
    {
        var report = await new PeeringDeparture(consumer, provider)
            .ApplyAsync(s_departure, link.Tell(ClusterStages.Reclaim), cancellationToken)
            .ConfigureAwait(false);
        link.Say(
            ClusterEventKind.Progress,
            report.ForcedBecause is { } because
                ? $"{cluster.WakeId} has left the homelab, {report.Forced.Count()} of its objects by force: {because}."
                : $"{cluster.WakeId} has left the homelab in order before EC2 takes it.",
            ClusterStages.Reclaim
        );
        Remember(cluster.WakeId);
    }

    private async Task ForceAsync(string name, string providerId, CancellationToken cancellationToken)
    {
        var consumer = await link.ConnectAsync(cancellationToken).ConfigureAwait(false);
        ForcedPeeringRemover remover = new(consumer);
        ForcedRemovalSpec wanted = new() { ProviderId = providerId, IsKnownGone = true };
        var plan = await remover.PlanAsync(wanted, cancellationToken).ConfigureAwait(false);
        var report = await remover
            .ApplyAsync(plan, link.Tell(ClusterStages.Sleep), cancellationToken)
            .ConfigureAwait(false);
        if (report.Steps.Count > 0)
        {
            link.Say(
                ClusterEventKind.Progress,
                $"{name} is gone; the homelab's peering with it is removed, {report.Forced.Count()} of its objects by force.",
                ClusterStages.Sleep
            );
        }
    }

    private async Task AwaitEmptyAsync(CancellationToken cancellationToken)
    {
        var until = context.Now + s_graceful;
        while (context.Now < until && await link.Home.IsOursAsync(cancellationToken).ConfigureAwait(false))
        {
            await Task.Delay(s_pollEvery, context.Clock, cancellationToken).ConfigureAwait(false);
        }
    }

    private void Remember(string wakeId) =>
        context.Journal.Append(new PeerRemoved { At = context.Now, WakeId = wakeId });
}

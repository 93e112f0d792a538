using System.Net;
using HybridLlm.Applying;
using HybridLlm.Journals;
using HybridLlm.Liqo;
using HybridLlm.Liqo.Clusters;
using HybridLlm.Liqo.Diagnosis;
using HybridLlm.Liqo.Offloading;
using HybridLlm.Liqo.Peering;
using HybridLlm.Liqo.Steps;
using HybridLlm.Liqo.Unpeering;
using HybridLlm.Specs;
using k8s;

namespace HybridLlm.Federating;

/// <summary>
/// Peers each GPU cluster with the homelab, runs its Ollama as a pod there, and takes all of it back. What the homelab does or
/// does not do never keeps a GPU rented: leaving is bounded, and what a vanished cluster left is removed by force later.
/// </summary>
internal sealed class Federation(ClusterContext context, FederationSpec spec) : IDisposable
{
    /// <summary>What a graceful end gets before the GPU goes anyway.</summary>
    private static readonly TimeSpan s_graceful = TimeSpan.FromSeconds(90);

    private static readonly TimeSpan s_pollEvery = TimeSpan.FromSeconds(2);

    // Read when first used: what is wrong with the kubeconfig is a fault of the plan, among others.
    private readonly Lazy<ClusterConnection> _connection = new(() =>
        ClusterConnection.FromKubeconfigFile(
            spec.KubeconfigFile,
            options: new ClusterConnectionOptions { Time = context.Clock }
        )
    );

    private readonly Lazy<k8s.Kubernetes> _client = new(() =>
        new k8s.Kubernetes(KubernetesClientConfiguration.BuildConfigFromConfigFile(spec.KubeconfigFile))
    );

    private HomeObjects Home => new(_client.Value, spec.Namespace, context.Owner.OwnerId.ToString());

    /// <summary>The homelab, if it can take part.</summary>
    /// <exception cref="LiqoException">It does not answer, or has no Liqo that suits.</exception>
    public Task<LiqoCluster> ConnectAsync(CancellationToken cancellationToken) =>
        LiqoCluster.ConnectAsync(_connection.Value, cancellationToken: cancellationToken);

    /// <summary>Peers, offloads, deploys, and returns when the pod is ready.</summary>
    public async Task JoinAsync(FederatedCluster cluster, DateTimeOffset deadline, CancellationToken cancellationToken)
    {
        using var rented = Connect(cluster);
        var patience = deadline > context.Now ? deadline - context.Now : TimeSpan.FromSeconds(1);
        var provider = await LiqoCluster
            .WaitUntilReadyAsync(rented, patience, cancellationToken: cancellationToken)
            .ConfigureAwait(false);
        Say(
            ClusterEventKind.Done,
            $"The API server of {cluster.WakeId} answers, and Liqo {provider.Version} is ready on it.",
            ClusterStages.Join
        );
        Say(ClusterEventKind.Progress, $"{cluster.WakeId} joins the homelab as {cluster.ProviderId}.");
        var consumer = await ConnectAsync(cancellationToken).ConfigureAwait(false);
        PeeringProvisioner peering = new(consumer, provider);
        PeeringSpec wanted = new()
        {
            Resources = new SliceResources
            {
                Cpu = spec.Cpu,
                Memory = spec.Memory,
                Gpus = 1,
            },
            Patience = patience,
        };
        var plan = await peering.PlanAsync(wanted, cancellationToken).ConfigureAwait(false);
        var status = await peering.ApplyAsync(plan, Tell(ClusterStages.Peer), cancellationToken).ConfigureAwait(false);
        Say(ClusterEventKind.Progress, $"{cluster.WakeId} is node {status.NodeName} of the homelab.");

        await Home.MakeNamespaceAsync(cancellationToken).ConfigureAwait(false);
        NamespaceOffloader offloader = new(consumer);
        var offloading = await offloader
            .PlanAsync(new OffloadingSpec { Namespace = spec.Namespace, Patience = patience }, cancellationToken)
            .ConfigureAwait(false);
        await offloader.ApplyAsync(offloading, Tell(ClusterStages.Peer), cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Runs Ollama as a pod at home and on the GPU, and leads the homelab's Service to it.</summary>
    public async Task DeployAsync(
        FederatedCluster cluster,
        string ollamaVersion,
        DateTimeOffset deadline,
        CancellationToken cancellationToken
    )
    {
        var deployment = OllamaManifest.Federated(
            cluster.DeploymentName,
            spec.Namespace,
            context.Spec.Model,
            cluster.MeshAddress,
            ollamaVersion,
            cluster.ProviderId
        );
        await Home.ApplyAsync(deployment, cancellationToken).ConfigureAwait(false);
        while (true)
        {
            var (isReady, state) = await Home.ReadPodAsync(cluster.DeploymentName, cancellationToken)
                .ConfigureAwait(false);
            if (isReady)
            {
                break;
            }

            if (context.Now >= deadline)
            {
                throw new NodeLostException(cluster.WakeId, $"its Ollama was not ready in time: {state}");
            }

            await Task.Delay(s_pollEvery, context.Clock, cancellationToken).ConfigureAwait(false);
        }

        await Home.PublishAsync(cluster.MeshAddress, cancellationToken).ConfigureAwait(false);
        Say(
            ClusterEventKind.Done,
            $"Ollama is pod {spec.Namespace}/{cluster.DeploymentName} of the homelab; {OllamaManifest.ServiceAddress(spec.Namespace)} leads to it."
        );
    }

    /// <summary>Ends the peering with a cluster that is still there, within ninety seconds; what is not done then is left to <see cref="SweepAsync"/>.</summary>
    public async Task LeaveAsync(FederatedCluster cluster, CancellationToken cancellationToken)
    {
        using CancellationTokenSource end = new(s_graceful, context.Clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, end.Token);
        try
        {
            await Home.RemoveDeploymentAsync(cluster.DeploymentName, either.Token).ConfigureAwait(false);
            using var rented = Connect(cluster);
            var consumer = await ConnectAsync(either.Token).ConfigureAwait(false);
            var provider = await LiqoCluster
                .ConnectAsync(rented, cancellationToken: either.Token)
                .ConfigureAwait(false);
            PeeringRemover remover = new(consumer, provider);
            var plan = await remover.PlanAsync(new UnpeeringSpec(), either.Token).ConfigureAwait(false);
            await remover.ApplyAsync(plan, Tell(ClusterStages.Sleep), either.Token).ConfigureAwait(false);
            var left = await new PeeringScanner(provider).ScanAsync(either.Token).ConfigureAwait(false);
            Say(
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
            Say(
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
                await Home.RemoveDeploymentAsync($"ollama-{node.WakeId}", cancellationToken).ConfigureAwait(false);
                await ForceAsync(node, cancellationToken).ConfigureAwait(false);
                Remember(node.WakeId);
            }
            catch (Exception e) when (!cancellationToken.IsCancellationRequested)
            {
                Say(
                    ClusterEventKind.Warning,
                    $"What {node.WakeId} left at home is still there and is tried again: {e.Message}",
                    ClusterStages.Sleep
                );
            }
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
            if (await Home.IsOursAsync(cancellationToken).ConfigureAwait(false))
            {
                var consumer = await ConnectAsync(cancellationToken).ConfigureAwait(false);
                await new NamespaceOffloader(consumer)
                    .RemoveAsync(
                        spec.Namespace,
                        progress: Tell(ClusterStages.Sleep),
                        cancellationToken: cancellationToken
                    )
                    .ConfigureAwait(false);
                await Home.RemoveNamespaceAsync(cancellationToken).ConfigureAwait(false);
                await AwaitEmptyAsync(cancellationToken).ConfigureAwait(false);
            }
        }
        catch (Exception e) when (!cancellationToken.IsCancellationRequested)
        {
            Say(
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
            var consumer = await ConnectAsync(cancellationToken).ConfigureAwait(false);
            var ours = context.Journal.Memory.Nodes.Select(n => n.ProviderId).OfType<string>().ToHashSet();
            var traces = await new PeeringScanner(consumer).ScanAsync(cancellationToken).ConfigureAwait(false);
            return
            [
                .. traces.Where(t => ours.Contains(t.PeerId)).SelectMany(t => t.Objects).Select(o => o.ToString()),
                .. await Home.ScanAsync(cancellationToken).ConfigureAwait(false),
            ];
        }
        catch (Exception e) when (!cancellationToken.IsCancellationRequested)
        {
            return [$"the homelab does not answer: {e.Message}"];
        }
    }

    public void Dispose()
    {
        if (_connection.IsValueCreated)
        {
            _connection.Value.Dispose();
        }

        if (_client.IsValueCreated)
        {
            _client.Value.Dispose();
        }
    }

    private async Task ForceAsync(NodeMemory node, CancellationToken cancellationToken)
    {
        var consumer = await ConnectAsync(cancellationToken).ConfigureAwait(false);
        ForcedPeeringRemover remover = new(consumer);
        ForcedRemovalSpec wanted = new() { ProviderId = node.ProviderId!, IsKnownGone = true };
        var plan = await remover.PlanAsync(wanted, cancellationToken).ConfigureAwait(false);
        var report = await remover.ApplyAsync(plan, Tell(ClusterStages.Sleep), cancellationToken).ConfigureAwait(false);
        if (report.Steps.Count > 0)
        {
            Say(
                ClusterEventKind.Progress,
                $"{node.WakeId} is gone; the homelab's peering with it is removed, {report.Forced.Count()} of its objects by force.",
                ClusterStages.Sleep
            );
        }
    }

    private async Task AwaitEmptyAsync(CancellationToken cancellationToken)
    {
        var until = context.Now + s_graceful;
        while (context.Now < until && await Home.IsOursAsync(cancellationToken).ConfigureAwait(false))
        {
            await Task.Delay(s_pollEvery, context.Clock, cancellationToken).ConfigureAwait(false);
        }
    }

    private ClusterConnection Connect(FederatedCluster cluster) =>
        ClusterConnection.FromKubeconfig(
            cluster.Kubeconfig,
            new ClusterConnectionOptions
            {
                Time = context.Clock,
                Dial = (target, token) =>
                    context.Dialer.DialAsync(cluster.Self, new IPEndPoint(cluster.MeshAddress, target.Port), token),
            }
        );

    private void Remember(string wakeId) =>
        context.Journal.Append(new PeerRemoved { At = context.Now, WakeId = wakeId });

    private Narrator<LiqoStep> Tell(string stage) => new(step => Say(ClusterEventKind.Detail, $"Liqo: {step}.", stage));

    private void Say(ClusterEventKind kind, string message, string stage = ClusterStages.Peer) =>
        context.Events.Publish(kind, stage, message);
}

using HybridLlm.Applying;
using HybridLlm.Liqo.Clusters;
using HybridLlm.Liqo.Offloading;
using HybridLlm.Liqo.Peering;
using HybridLlm.Specs;

namespace HybridLlm.Federating;

/// <summary>Peers a GPU cluster with the homelab and runs its Ollama as a pod there.</summary>
internal sealed class ClusterJoining(
    ClusterContext context,
    FederationSpec spec,
    HomelabLink link,
    PeeringChecks checks
)
{
    private static readonly TimeSpan s_pollEvery = TimeSpan.FromSeconds(2);

    /// <summary>Peers, offloads, deploys, and returns when the pod is ready.</summary>
    public async Task JoinAsync(FederatedCluster cluster, DateTimeOffset deadline, CancellationToken cancellationToken)
    {
        using var rented = link.Connect(cluster);
        var patience = deadline > context.Now ? deadline - context.Now : TimeSpan.FromSeconds(1);
        var provider = await LiqoCluster
            .WaitUntilReadyAsync(rented, patience, cancellationToken: cancellationToken)
            .ConfigureAwait(false);
        link.Say(
            ClusterEventKind.Done,
            $"The API server of {cluster.WakeId} answers, and Liqo {provider.Version} is ready on it.",
            ClusterStages.Join
        );
        link.Say(ClusterEventKind.Progress, $"{cluster.WakeId} joins the homelab as {cluster.ProviderId}.");
        var wanted = checks.Wanted(patience);
        await checks.CheckAsync(cluster, rented, wanted, cancellationToken).ConfigureAwait(false);
        var consumer = await link.ConnectAsync(cancellationToken).ConfigureAwait(false);
        PeeringProvisioner peering = new(consumer, provider);
        var plan = await peering.PlanAsync(wanted, cancellationToken).ConfigureAwait(false);
        var status = await peering
            .ApplyAsync(plan, link.Tell(ClusterStages.Peer), cancellationToken)
            .ConfigureAwait(false);
        link.Say(ClusterEventKind.Progress, $"{cluster.WakeId} is node {status.NodeName} of the homelab.");

        await link.Home.MakeNamespaceAsync(cancellationToken).ConfigureAwait(false);
        NamespaceOffloader offloader = new(consumer);
        var offloading = await offloader
            .PlanAsync(new OffloadingSpec { Namespace = spec.Namespace, Patience = patience }, cancellationToken)
            .ConfigureAwait(false);
        await offloader.ApplyAsync(offloading, link.Tell(ClusterStages.Peer), cancellationToken).ConfigureAwait(false);
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
        await link.Home.ApplyAsync(deployment, cancellationToken).ConfigureAwait(false);
        while (true)
        {
            var (isReady, state) = await link
                .Home.ReadPodAsync(cluster.DeploymentName, cancellationToken)
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

        await link.Home.PublishAsync(cluster.MeshAddress, cancellationToken).ConfigureAwait(false);
        link.Say(
            ClusterEventKind.Done,
            $"Ollama is pod {spec.Namespace}/{cluster.DeploymentName} of the homelab; {OllamaManifest.ServiceAddress(spec.Namespace)} leads to it."
        );
    }
}

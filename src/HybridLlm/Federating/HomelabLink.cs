using System.Net;
using HybridLlm.Applying;
using HybridLlm.Liqo;
using HybridLlm.Liqo.Clusters;
using HybridLlm.Liqo.Steps;
using HybridLlm.Specs;
using k8s;

namespace HybridLlm.Federating;

/// <summary>The ways to the homelab's Kubernetes and, through the mesh, to the GPU clusters'.</summary>
internal sealed class HomelabLink(ClusterContext context, FederationSpec spec) : IDisposable
{
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

    public HomeObjects Home => new(_client.Value, spec.Namespace, context.Owner.OwnerId.ToString());

    public ClusterConnection Connection => _connection.Value;

    /// <summary>The homelab, if it can take part.</summary>
    /// <exception cref="LiqoException">It does not answer, or has no Liqo that suits.</exception>
    public Task<LiqoCluster> ConnectAsync(CancellationToken cancellationToken) =>
        LiqoCluster.ConnectAsync(Connection, cancellationToken: cancellationToken);

    /// <summary>A GPU cluster's API server, at its mesh address.</summary>
    public ClusterConnection Connect(FederatedCluster cluster) =>
        ClusterConnection.FromKubeconfig(
            cluster.Kubeconfig,
            new ClusterConnectionOptions
            {
                Time = context.Clock,
                Dial = (target, token) =>
                    context.Dialer.DialAsync(cluster.Self, new IPEndPoint(cluster.MeshAddress, target.Port), token),
            }
        );

    public Narrator<LiqoStep> Tell(string stage) => new(step => Say(ClusterEventKind.Detail, $"Liqo: {step}.", stage));

    public void Say(ClusterEventKind kind, string message, string stage = ClusterStages.Peer) =>
        context.Events.Publish(kind, stage, message);

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
}

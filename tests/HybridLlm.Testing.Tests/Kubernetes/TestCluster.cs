using HybridLlm.Testing.Kubernetes;
using k8s;

namespace HybridLlm.Testing.Tests.Kubernetes;

/// <summary>A cluster and its administrator's client.</summary>
internal sealed class TestCluster : IAsyncDisposable
{
    private TestCluster(EmulatedCluster cluster)
    {
        Cluster = cluster;
        Client = Connect(cluster.AdminKubeconfig);
    }

    public EmulatedCluster Cluster { get; }

    public k8s.Kubernetes Client { get; }

    public static async Task<TestCluster> StartAsync(Action<EmulatedClusterOptions>? configure = null)
    {
        EmulatedClusterOptions options = new() { ApiServerBinaries = RealKubernetes.Binaries };
        configure?.Invoke(options);
        return new TestCluster(await EmulatedCluster.StartAsync(options, TestContext.Current.CancellationToken));
    }

    /// <summary>Nodes register by themselves, in three writes; a listing taken in between is no "before".</summary>
    public Task RegisteredAsync(params IEnumerable<string> nodes) =>
        Eventually.TrueAsync(async () =>
        {
            var known = await Client.ListNodeAsync(cancellationToken: TestContext.Current.CancellationToken);
            return nodes.All(name =>
                known.Items.Any(n =>
                    n.Metadata.Name == name
                    && n.Status?.Conditions?.Any(c => c is { Type: "Ready", Status: "True" }) == true
                    && n.Spec.Taints is null or { Count: 0 }
                )
            );
        });

    public static k8s.Kubernetes Connect(string kubeconfig)
    {
        using MemoryStream text = new(System.Text.Encoding.UTF8.GetBytes(kubeconfig));
        return new k8s.Kubernetes(KubernetesClientConfiguration.BuildConfigFromConfigFile(text));
    }

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await Cluster.DisposeAsync();
    }
}

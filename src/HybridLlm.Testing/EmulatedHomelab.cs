using HybridLlm.Testing.Kubernetes;
using HybridLlm.Testing.Kubernetes.Nodes;
using HybridLlm.Testing.Liqo;

namespace HybridLlm.Testing;

/// <summary>The Kubernetes at home, with Liqo: what GPU clusters federate to.</summary>
internal sealed class EmulatedHomelab : IAsyncDisposable
{
    private const string Name = "homelab";

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("hybridllm-homelab-");
    private readonly EmulatedLiqo _liqo;

    private EmulatedHomelab(EmulatedCluster cluster)
    {
        Cluster = cluster;
        _liqo = EmulatedLiqo.Install(cluster, new EmulatedLiqoOptions { ClusterId = Name });
        Kubeconfig = Path.Combine(_folder.FullName, "kubeconfig");
        FileStreamOptions secret = new() { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
        {
            secret.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }

        using StreamWriter writer = new(Kubeconfig, secret);
        writer.Write(cluster.AdminKubeconfig);
    }

    public EmulatedCluster Cluster { get; }

    /// <summary>Path of its administrator's kubeconfig.</summary>
    public string Kubeconfig { get; }

    public static async Task<EmulatedHomelab> StartAsync(TimeProvider time, CancellationToken cancellationToken) =>
        new(
            await EmulatedCluster
                .StartAsync(
                    new EmulatedClusterOptions
                    {
                        Time = time,
                        Name = Name,
                        PodCidr = "10.244.0.0/16",
                        ServiceCidr = "10.96.0.0/12",
                        Nodes = [new EmulatedNode { Name = "homelab-1" }, new EmulatedNode { Name = "homelab-2" }],
                    },
                    cancellationToken
                )
                .ConfigureAwait(false)
        );

    /// <summary>Lets its Liqo reach the API server of a GPU node.</summary>
    public void AddRoute(Uri address, EmulatedCluster cluster) => _liqo.AddRoute(address, cluster);

    public async ValueTask DisposeAsync()
    {
        await Cluster.DisposeAsync().ConfigureAwait(false);
        _folder.Delete(recursive: true);
    }
}

using System.Text;
using HybridLlm.Liqo.Clusters;
using HybridLlm.Liqo.Resources;
using HybridLlm.Testing.Kubernetes;
using HybridLlm.Testing.Simulation;
using k8s;
using k8s.Models;

namespace HybridLlm.Liqo.Tests.Wire;

/// <summary>An emulated cluster without Liqo, its fast clock, and a way to it.</summary>
internal sealed class WireCluster : IAsyncDisposable
{
    private WireCluster(EmulatedCluster cluster, VirtualClock clock)
    {
        Cluster = cluster;
        Clock = clock;
        Connection = Connect(cluster.AdminKubeconfig);
        using MemoryStream text = new(Encoding.UTF8.GetBytes(cluster.AdminKubeconfig));
        Admin = new Kubernetes(KubernetesClientConfiguration.BuildConfigFromConfigFile(text));
    }

    public EmulatedCluster Cluster { get; }

    public VirtualClock Clock { get; }

    public ClusterConnection Connection { get; }

    /// <summary>Another client, for what stands on the server before.</summary>
    public Kubernetes Admin { get; }

    public KubernetesPort Port => Connection.Port;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public static async Task<WireCluster> StartAsync()
    {
        VirtualClock clock = new(TimeProvider.System.GetUtcNow(), speed: RealKubernetes.Binaries is null ? 50 : 10);
        return new WireCluster(
            await EmulatedCluster.StartAsync(
                new EmulatedClusterOptions { Time = clock, ApiServerBinaries = RealKubernetes.Binaries },
                Stop
            ),
            clock
        );
    }

    public ClusterConnection Connect(string kubeconfig) =>
        ClusterConnection.FromKubeconfig(kubeconfig, new ClusterConnectionOptions { Time = Clock });

    /// <summary>A connection of a user who may do so much with ConfigMaps and no more.</summary>
    public async Task<ClusterConnection> ConnectAsAsync(string user, params string[] verbs)
    {
        await Admin.CreateClusterRoleAsync(
            new V1ClusterRole
            {
                Metadata = new V1ObjectMeta { Name = user },
                Rules =
                [
                    new V1PolicyRule
                    {
                        ApiGroups = [""],
                        Resources = ["configmaps"],
                        Verbs = verbs,
                    },
                ],
            },
            cancellationToken: Stop
        );
        await Admin.CreateClusterRoleBindingAsync(
            new V1ClusterRoleBinding
            {
                Metadata = new V1ObjectMeta { Name = user },
                RoleRef = new V1RoleRef
                {
                    ApiGroup = "rbac.authorization.k8s.io",
                    Kind = "ClusterRole",
                    Name = user,
                },
                Subjects =
                [
                    new Rbacv1Subject
                    {
                        ApiGroup = "rbac.authorization.k8s.io",
                        Kind = "User",
                        Name = user,
                    },
                ],
            },
            cancellationToken: Stop
        );
        return Connect(Cluster.CreateTokenKubeconfig(user));
    }

    public static ConfigMap Map(string name, string value = "1", params string[] finalizers) =>
        new()
        {
            Metadata = new ObjectMeta
            {
                Name = name,
                Namespace = "default",
                Labels = new Dictionary<string, string> { ["app"] = "test" },
                Finalizers = finalizers.Length > 0 ? finalizers : null,
            },
            Data = new Dictionary<string, string> { ["value"] = value },
        };

    public static Selection Maps { get; } = new(Kinds.ConfigMap, "default") { Labels = "app=test" };

    public async ValueTask DisposeAsync()
    {
        Connection.Dispose();
        Admin.Dispose();
        await Cluster.DisposeAsync();
        Clock.Dispose();
    }
}

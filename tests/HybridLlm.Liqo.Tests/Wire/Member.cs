using System.Text;
using HybridLlm.Liqo.Clusters;
using HybridLlm.Testing.Kubernetes;
using HybridLlm.Testing.Kubernetes.Nodes;
using HybridLlm.Testing.Liqo;
using HybridLlm.Testing.Simulation;
using k8s;

namespace HybridLlm.Liqo.Tests.Wire;

/// <summary>One cluster of a federation.</summary>
internal sealed class Member : IAsyncDisposable
{
    private Member(EmulatedCluster cluster, EmulatedLiqo emulated, ClusterConnection connection, LiqoCluster liqo)
    {
        Cluster = cluster;
        Emulated = emulated;
        Connection = connection;
        Liqo = liqo;
        using MemoryStream text = new(Encoding.UTF8.GetBytes(cluster.AdminKubeconfig));
        Admin = new Kubernetes(KubernetesClientConfiguration.BuildConfigFromConfigFile(text));
    }

    public EmulatedCluster Cluster { get; }

    public EmulatedLiqo Emulated { get; }

    public ClusterConnection Connection { get; }

    public LiqoCluster Liqo { get; }

    /// <summary>How its Liqo behaves; what is changed holds for what comes then.</summary>
    public required EmulatedLiqoOptions Options { get; init; }

    /// <summary>Another client, for what is not this package's.</summary>
    public Kubernetes Admin { get; }

    /// <summary>Writes that came over the wire so far.</summary>
    public int Writes => Cluster.Calls.Count(c => c.IsWrite);

    public static async Task<Member> StartAsync(
        VirtualClock clock,
        string id,
        string pods,
        string services,
        Action<EmulatedLiqoOptions>? configure,
        TimeSpan skew = default
    )
    {
        var cluster = await EmulatedCluster.StartAsync(
            new EmulatedClusterOptions
            {
                Time = clock,
                Name = id,
                ClockSkew = skew,
                ApiServerBinaries = RealKubernetes.Binaries,
                PodCidr = pods,
                ServiceCidr = services,
                Nodes = [new EmulatedNode { Name = $"{id}-node", Gpus = 1 }],
            },
            TestContext.Current.CancellationToken
        );
        EmulatedLiqoOptions options = new()
        {
            ClusterId = id,
            Definitions = RealKubernetes.Binaries is null ? null : RealKubernetes.LiqoDefinitions(),
        };
        configure?.Invoke(options);
        var emulated = EmulatedLiqo.Install(cluster, options);
        var connection = ClusterConnection.FromKubeconfig(
            cluster.AdminKubeconfig,
            new ClusterConnectionOptions { Time = clock }
        );
        var liqo = await LiqoCluster.WaitUntilReadyAsync(
            connection,
            TimeSpan.FromHours(4),
            cancellationToken: TestContext.Current.CancellationToken
        );
        return new Member(cluster, emulated, connection, liqo) { Options = options };
    }

    /// <summary>Everything it holds but Events, which only tell what happened.</summary>
    public IReadOnlyDictionary<string, string> Listing() =>
        Cluster.Listing().Where(o => !o.Key.Contains(" Event ", StringComparison.Ordinal)).ToDictionary();

    public async ValueTask DisposeAsync()
    {
        Admin.Dispose();
        Connection.Dispose();
        await Emulated.DisposeAsync();
        await Cluster.DisposeAsync();
    }
}

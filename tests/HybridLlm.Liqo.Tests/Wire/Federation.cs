using HybridLlm.Liqo.Clusters;
using HybridLlm.Liqo.Diagnosis;
using HybridLlm.Liqo.Offloading;
using HybridLlm.Liqo.Peering;
using HybridLlm.Liqo.Steps;
using HybridLlm.Liqo.Unpeering;
using HybridLlm.Testing.Liqo;
using HybridLlm.Testing.Simulation;
using k8s;
using k8s.Models;

namespace HybridLlm.Liqo.Tests.Wire;

/// <summary>A homelab and a rented cluster, each with an emulated Liqo, and this package's ways to them.</summary>
internal sealed class Federation : IAsyncDisposable
{
    public const string ProviderId = "aws-gpu-1";
    public const string SecondId = "aws-gpu-2";
    public const string Offloaded = "llm-inference";

    /// <summary>Of virtual time, which a busy machine must not use up.</summary>
    private static readonly TimeSpan s_patience = TimeSpan.FromHours(4);

    public static readonly PeeringSpec Spec = new()
    {
        Patience = s_patience,
        Resources = new SliceResources
        {
            Cpu = "4",
            Memory = "16Gi",
            Gpus = 1,
        },
    };

    private readonly VirtualClock _clock;
    private readonly List<IAsyncDisposable> _further = [];

    private Federation(VirtualClock clock, Member home, Member rented)
    {
        _clock = clock;
        Home = home;
        Rented = rented;
    }

    public Member Home { get; }

    /// <summary>The provider; another one after <see cref="ReplaceProviderAsync"/>.</summary>
    public Member Rented { get; private set; }

    private IReadOnlyDictionary<string, string> Before { get; set; } = new Dictionary<string, string>();

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public static async Task<Federation> StartAsync(
        Action<EmulatedLiqoOptions>? provider = null,
        Action<EmulatedLiqoOptions>? consumer = null,
        int speed = 100,
        TimeSpan skew = default
    )
    {
        // Controllers of a real server, such as its garbage collector, go by the real clock.
        VirtualClock clock = new(
            TimeProvider.System.GetUtcNow(),
            RealKubernetes.Binaries is null ? speed : Math.Min(speed, 20)
        );
        var starting = Member.StartAsync(clock, "homelab", "10.244.0.0/16", "10.96.0.0/16", consumer);
        var renting = RentAsync(clock, provider, skew);
        var home = await starting;
        Federation federation = new(clock, home, await renting);
        federation.Connect();
        await home.Admin.CreateNamespaceAsync(
            new V1Namespace { Metadata = new V1ObjectMeta { Name = Offloaded } },
            cancellationToken: Stop
        );
        await federation.FurnishedAsync();
        federation.Before = home.Listing();
        return federation;
    }

    /// <summary>Another cluster comes up at the provider's address with its id, as a careless operator would have it.</summary>
    public async Task ReplaceProviderAsync()
    {
        await Rented.DisposeAsync();
        Rented = await RentAsync(_clock, configure: null);
        Connect();
    }

    /// <summary>A second cluster with the provider's id, while the first is there.</summary>
    public async Task<LiqoCluster> TwinAsync()
    {
        var twin = await RentAsync(_clock, configure: null);
        _further.Add(twin);
        return twin.Liqo;
    }

    /// <summary>A second provider, of another id, that is peered as well.</summary>
    public async Task<Member> PeerSecondAsync()
    {
        var second = await RentAsync(_clock, configure: null, id: SecondId);
        _further.Add(second);
        Home.Emulated.AddRoute(second.Emulated.ApiServer, second.Cluster);
        second.Emulated.AddRoute(Home.Emulated.ApiServer, Home.Cluster);
        await PeerAsync(provider: second.Liqo);
        return second;
    }

    /// <summary>A way to the provider as a user, closed with the federation.</summary>
    public async Task<LiqoCluster> AsUserAsync(string kubeconfig)
    {
        var connection = Connect(kubeconfig);
        _further.Add(new Closing(connection));
        return await LiqoCluster.ConnectAsync(connection, cancellationToken: Stop);
    }

    public async Task<PeeringStatus> PeerAsync(
        IProgress<LiqoStep>? progress = null,
        CancellationToken? stop = null,
        PeeringSpec? spec = null,
        LiqoCluster? provider = null
    )
    {
        PeeringProvisioner provisioner = new(Home.Liqo, provider ?? Rented.Liqo);
        return await provisioner.ApplyAsync(await provisioner.PlanAsync(spec ?? Spec, Stop), progress, stop ?? Stop);
    }

    public async Task<OffloadingStatus> OffloadAsync()
    {
        NamespaceOffloader offloader = new(Home.Liqo);
        OffloadingSpec spec = new()
        {
            Namespace = Offloaded,
            Pods = PodPlacement.Remote,
            Patience = s_patience,
        };
        return await offloader.ApplyAsync(await offloader.PlanAsync(spec, Stop), cancellationToken: Stop);
    }

    public Task UnoffloadAsync() =>
        new NamespaceOffloader(Home.Liqo).RemoveAsync(Offloaded, s_patience, cancellationToken: Stop);

    public async Task UnpeerAsync(
        IProgress<LiqoStep>? progress = null,
        CancellationToken? stop = null,
        LiqoCluster? provider = null
    )
    {
        PeeringRemover remover = new(Home.Liqo, provider ?? Rented.Liqo);
        await remover.ApplyAsync(
            await remover.PlanAsync(new UnpeeringSpec { Patience = s_patience }, Stop),
            progress,
            stop ?? Stop
        );
    }

    public async Task<ForcedRemovalReport> ForceAsync(
        IProgress<LiqoStep>? progress = null,
        CancellationToken? stop = null
    )
    {
        ForcedPeeringRemover remover = new(Home.Liqo);
        ForcedRemovalSpec spec = new()
        {
            ProviderId = ProviderId,
            IsKnownGone = true,
            Patience = s_patience,
        };
        return await remover.ApplyAsync(await remover.PlanAsync(spec, Stop), progress, stop ?? Stop);
    }

    /// <summary>Waits until the homelab's Liqo sees that the provider does not answer.</summary>
    public async Task NoticeDeathAsync()
    {
        PeeringScanner scanner = new(Home.Liqo);
        while ((await scanner.ReadAsync(ProviderId, cancellationToken: Stop)).ProviderAnswers != false)
        {
            await Task.Delay(TimeSpan.FromSeconds(1), _clock, Stop);
        }
    }

    /// <summary>Plans an operation and applies it.</summary>
    public static async Task DoAsync(LiqoOperation operation, IProgress<LiqoStep>? progress = null) =>
        await operation.ApplyAsync(await operation.PlanAsync(Stop), progress, Stop);

    /// <summary>Waits until something holds, for three virtual hours at most.</summary>
    /// <exception cref="TimeoutException">It does not; the message has what the homelab holds otherwise than at first.</exception>
    public async Task UntilAsync(Func<Task<bool>> holds)
    {
        var end = _clock.GetUtcNow() + TimeSpan.FromHours(3);
        while (!await holds())
        {
            if (_clock.GetUtcNow() > end)
            {
                throw new TimeoutException($"It did not come to be. {string.Join("; ", Changes())}");
            }

            await Task.Delay(TimeSpan.FromSeconds(1), _clock, Stop);
        }
    }

    /// <summary>A real controller manager furnishes each namespace, a little after it was made.</summary>
    private async Task FurnishedAsync()
    {
        if (RealKubernetes.Binaries is null)
        {
            return;
        }

        var names = (await Home.Admin.ListNamespaceAsync(cancellationToken: Stop)).Items.Select(n => n.Metadata.Name);
        string[] wanted =
        [
            .. names.SelectMany(n => new[] { $"v1 ConfigMap {n}/kube-root-ca.crt", $"v1 ServiceAccount {n}/default" }),
        ];
        while (wanted.Except(Home.Listing().Keys).Any())
        {
            await Task.Delay(TimeSpan.FromSeconds(5), _clock, Stop);
        }
    }

    /// <summary>The names of what the homelab holds, once they have not changed for a virtual minute.</summary>
    public async Task<IReadOnlySet<string>> SettledAsync()
    {
        HashSet<string> before;
        HashSet<string> now = [];
        do
        {
            before = now;
            await Task.Delay(TimeSpan.FromMinutes(1), _clock, Stop);
            now = [.. Home.Listing().Keys];
        } while (!now.SetEquals(before));
        return now;
    }

    /// <summary>A connection to a cluster on this federation's clock.</summary>
    public ClusterConnection Connect(string kubeconfig, params DelegatingHandler[] handlers) =>
        ClusterConnection.FromKubeconfig(
            kubeconfig,
            new ClusterConnectionOptions { Time = _clock, Handlers = handlers }
        );

    /// <summary>What the homelab holds otherwise than before the first step; empty when it is exactly as it was.</summary>
    public IEnumerable<string> Changes()
    {
        var now = Home.Listing();
        return
        [
            .. Before.Keys.Except(now.Keys).Select(k => $"lost {k}"),
            .. now.Where(n => !Before.ContainsKey(n.Key)).Select(n => $"new {n.Key}: {n.Value}"),
            .. now.Where(n => Before.TryGetValue(n.Key, out var then) && then != n.Value)
                .Select(n => $"changed {n.Key}: {Before[n.Key]} to {n.Value}"),
        ];
    }

    /// <summary>Runs a pod on the virtual node and waits until the homelab sees it run.</summary>
    public async Task RunPodAsync()
    {
        await Home.Admin.CreateNamespacedDeploymentAsync(Ollama(), Offloaded, cancellationToken: Stop);
        while ((await PodsAsync()).All(p => p.Status?.Phase != "Running"))
        {
            await Task.Delay(TimeSpan.FromSeconds(1), _clock, Stop);
        }
    }

    /// <summary>Deletes the Deployment and waits until its pods are gone.</summary>
    public async Task StopPodAsync()
    {
        await Home.Admin.DeleteNamespacedDeploymentAsync("ollama", Offloaded, cancellationToken: Stop);
        while ((await PodsAsync()).Count > 0)
        {
            await Task.Delay(TimeSpan.FromSeconds(1), _clock, Stop);
        }
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var further in _further)
        {
            await further.DisposeAsync();
        }

        await Rented.DisposeAsync();
        await Home.DisposeAsync();
        _clock.Dispose();
    }

    private void Connect()
    {
        Home.Emulated.AddRoute(Rented.Emulated.ApiServer, Rented.Cluster);
        Rented.Emulated.AddRoute(Home.Emulated.ApiServer, Home.Cluster);
    }

    private async Task<IList<V1Pod>> PodsAsync() =>
        (await Home.Admin.ListNamespacedPodAsync(Offloaded, cancellationToken: Stop)).Items;

    private static Task<Member> RentAsync(
        VirtualClock clock,
        Action<EmulatedLiqoOptions>? configure,
        TimeSpan skew = default,
        string id = ProviderId
    ) => Member.StartAsync(clock, id, "10.42.0.0/16", "10.43.0.0/16", configure, skew);

    private static V1Deployment Ollama() =>
        new()
        {
            Metadata = new V1ObjectMeta { Name = "ollama" },
            Spec = new V1DeploymentSpec
            {
                Replicas = 1,
                Selector = new V1LabelSelector { MatchLabels = new Dictionary<string, string> { ["app"] = "ollama" } },
                Template = new V1PodTemplateSpec
                {
                    Metadata = new V1ObjectMeta { Labels = new Dictionary<string, string> { ["app"] = "ollama" } },
                    Spec = new V1PodSpec
                    {
                        NodeSelector = new Dictionary<string, string> { [LiqoLabels.RemoteClusterId] = ProviderId },
                        Containers = [new V1Container { Name = "ollama", Image = "ollama/ollama" }],
                    },
                },
            },
        };

    private sealed class Closing(IDisposable held) : IAsyncDisposable
    {
        public ValueTask DisposeAsync()
        {
            held.Dispose();
            return ValueTask.CompletedTask;
        }
    }
}

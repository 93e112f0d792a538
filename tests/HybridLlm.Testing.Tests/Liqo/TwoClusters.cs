using HybridLlm.Testing.Kubernetes;
using HybridLlm.Testing.Kubernetes.Nodes;
using HybridLlm.Testing.Liqo;
using HybridLlm.Testing.Simulation;
using HybridLlm.Testing.Tests.Kubernetes;

namespace HybridLlm.Testing.Tests.Liqo;

/// <summary>A homelab and a GPU cluster, both with Liqo, on a clock that runs a hundred times as fast.</summary>
internal sealed class TwoClusters : IAsyncDisposable
{
    private readonly VirtualClock _clock;

    private TwoClusters(
        VirtualClock clock,
        TestCluster home,
        TestCluster gpu,
        EmulatedLiqo homeLiqo,
        EmulatedLiqo gpuLiqo,
        EmulatedLiqoOptions gpuOptions
    )
    {
        GpuOptions = gpuOptions;
        _clock = clock;
        Home = home;
        Gpu = gpu;
        HomeLiqo = homeLiqo;
        GpuLiqo = gpuLiqo;
    }

    public TestCluster Home { get; }

    public TestCluster Gpu { get; }

    public EmulatedLiqo HomeLiqo { get; }

    public EmulatedLiqo GpuLiqo { get; }

    public EmulatedLiqoOptions GpuOptions { get; }

    public static async Task<TwoClusters> StartAsync(
        Action<EmulatedLiqoOptions>? configureGpu = null,
        Action<EmulatedClusterOptions>? configureGpuCluster = null,
        Action<EmulatedLiqoOptions>? configureHome = null
    )
    {
        // Controllers of a real server, such as its garbage collector, go by the real clock.
        VirtualClock clock = new(TimeProvider.System.GetUtcNow(), speed: RealKubernetes.Binaries is null ? 100 : 20);
        var startingHome = TestCluster.StartAsync(o =>
        {
            o.Time = clock;
            o.Name = "homelab";
            o.PodCidr = "10.244.0.0/16";
            o.ServiceCidr = "10.96.0.0/16";
            o.Nodes = [new EmulatedNode { Name = "homelab-cp" }];
        });
        var startingGpu = TestCluster.StartAsync(o =>
        {
            o.Time = clock;
            o.Name = "aws-gpu-1";
            o.Nodes = [new EmulatedNode { Name = "ip-10-20-0-11", Gpus = 1 }];
            configureGpuCluster?.Invoke(o);
        });
        var (home, gpu) = (await startingHome, await startingGpu);
        await home.RegisteredAsync("homelab-cp");
        await gpu.RegisteredAsync("ip-10-20-0-11");
        EmulatedLiqoOptions options = new()
        {
            ClusterId = "aws-gpu-1",
            ClusterLabels = new Dictionary<string, string> { ["liqo.io/provider"] = "k3s", ["node-type"] = "gpu" },
        };
        configureGpu?.Invoke(options);
        if (RealKubernetes.Binaries is not null)
        {
            options.Definitions ??= RealKubernetes.LiqoDefinitions();
        }
        EmulatedLiqoOptions homeOptions = new() { ClusterId = "homelab", Definitions = options.Definitions };
        configureHome?.Invoke(homeOptions);
        var homeLiqo = EmulatedLiqo.Install(home.Cluster, homeOptions);
        var gpuLiqo = EmulatedLiqo.Install(gpu.Cluster, options);
        homeLiqo.AddRoute(gpuLiqo.ApiServer, gpu.Cluster);
        gpuLiqo.AddRoute(homeLiqo.ApiServer, home.Cluster);
        return new TwoClusters(clock, home, gpu, homeLiqo, gpuLiqo, options);
    }

    public async ValueTask DisposeAsync()
    {
        await Home.DisposeAsync();
        await Gpu.DisposeAsync();
        _clock.Dispose();
    }
}

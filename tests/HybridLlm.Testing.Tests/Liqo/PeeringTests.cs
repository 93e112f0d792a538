using HybridLlm.Testing.Tests.Kubernetes;
using k8s;

namespace HybridLlm.Testing.Tests.Liqo;

public sealed class PeeringTests
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Peering_ends_with_a_ready_node_that_has_the_gpu()
    {
        await using var clusters = await TwoClusters.StartAsync();

        await new Liqoctl(clusters).PeerAsync();

        var node = await clusters.Home.Client.ReadNodeAsync("aws-gpu-1", cancellationToken: Stop);
        node.Status.Allocatable["nvidia.com/gpu"].ToString().ShouldBe("1");
        node.Status.Allocatable["ephemeral-storage"].ToString().ShouldBe("20Gi");
        node.Metadata.Labels["liqo.io/type"].ShouldBe("virtual-node");
        node.Metadata.Labels["node-type"].ShouldBe("gpu");
        // A controller manager beside a real server adds Kubernetes' own.
        node.Spec.Taints.Select(t => t.Key)
            .Where(k => !k.StartsWith("node.kubernetes.io/", StringComparison.Ordinal))
            .ShouldBe(["virtual-node.liqo.io/not-allowed"]);
    }

    [Fact]
    public async Task What_the_controllers_write_fits_Liqos_own_schemas()
    {
        var definitions = RealKubernetes.LiqoDefinitions();
        await using var clusters = await TwoClusters.StartAsync(o => o.Definitions = definitions);
        Liqoctl liqoctl = new(clusters);

        await liqoctl.PeerAsync();
        await liqoctl.OffloadAsync();
        await liqoctl.UnpeerAsync();
    }

    [Fact]
    public async Task An_offloaded_pod_runs_at_the_provider_and_is_seen_at_home()
    {
        await using var clusters = await TwoClusters.StartAsync();
        Liqoctl liqoctl = new(clusters);
        await liqoctl.PeerAsync();
        await liqoctl.OffloadAsync();

        await GpuDeployment.CreateAsync(clusters.Home);
        await GpuDeployment.IsReadyAsync(clusters.Home);

        var home = (
            await clusters.Home.Client.ListNamespacedPodAsync("llm-inference", cancellationToken: Stop)
        ).Items.Single();
        var gpu = (
            await clusters.Gpu.Client.ListNamespacedPodAsync("llm-inference", cancellationToken: Stop)
        ).Items.Single();
        home.Spec.NodeName.ShouldBe("aws-gpu-1");
        gpu.Spec.NodeName.ShouldBe("ip-10-20-0-11");
        gpu.Metadata.Name.ShouldBe(home.Metadata.Name);
        home.Status.PodIP.ShouldBe(gpu.Status.PodIP);
        home.Metadata.Labels["liqo.io/shadowPod"].ShouldBe("true");
    }

    [Fact]
    public async Task Unpeering_takes_the_pods_the_node_and_the_remote_namespace()
    {
        await using var clusters = await TwoClusters.StartAsync();
        Liqoctl liqoctl = new(clusters);
        await liqoctl.PeerAsync();
        await liqoctl.OffloadAsync();
        await GpuDeployment.CreateAsync(clusters.Home);
        await GpuDeployment.IsReadyAsync(clusters.Home);

        await liqoctl.UnpeerAsync();

        (await liqoctl.NodeStateAsync()).ShouldBeNull();
        await Eventually.TrueAsync(async () => await liqoctl.OffloadingPhaseAsync() == "NoClusterSelected");
        await Eventually.TrueAsync(async () =>
            (await clusters.Gpu.Client.ListNamespaceAsync(cancellationToken: Stop)).Items.All(n =>
                n.Metadata.Name != "llm-inference"
            )
        );
        var pods = await clusters.Home.Client.ListNamespacedPodAsync("llm-inference", cancellationToken: Stop);
        pods.Items.Single().Status.Phase.ShouldBe("Pending");

        // What the real one leaves behind.
        await Eventually.TrueAsync(async () =>
            (await clusters.Home.Client.ListNamespacedSecretAsync(Liqoctl.HomeTenant, cancellationToken: Stop))
                .Items.Where(i => i.Type != "kubernetes.io/service-account-token")
                .Select(i => i.Metadata.Name)
                .SequenceEqual(["liqo-signed-nonce"])
        );
        var provider = await Liqoctl.ForeignClusterAsync(clusters.Home, "aws-gpu-1");
        ((string?)provider["status"]!["role"]).ShouldBe("Provider");
        await Eventually.TrueAsync(async () =>
            (string?)(await Liqoctl.ForeignClusterAsync(clusters.Gpu, "homelab"))["status"]!["role"] == "Unknown"
        );
    }

    [Fact]
    public async Task Peering_again_with_the_same_keys_works()
    {
        await using var clusters = await TwoClusters.StartAsync();
        Liqoctl liqoctl = new(clusters);
        await liqoctl.PeerAsync();
        await liqoctl.UnpeerAsync();
        await clusters.Home.Client.DeleteNamespaceAsync(Liqoctl.HomeTenant, cancellationToken: Stop);
        await clusters.Gpu.Client.DeleteNamespaceAsync(Liqoctl.GpuTenant, cancellationToken: Stop);
        await Eventually.TrueAsync(async () =>
            !await HasNamespaceAsync(clusters.Home, Liqoctl.HomeTenant)
            && !await HasNamespaceAsync(clusters.Gpu, Liqoctl.GpuTenant)
        );

        await liqoctl.PeerAsync();
    }

    [Fact]
    public async Task A_node_whose_provider_died_becomes_unknown()
    {
        await using var clusters = await TwoClusters.StartAsync();
        Liqoctl liqoctl = new(clusters);
        await liqoctl.PeerAsync();

        await clusters.Gpu.Cluster.KillAsync();

        await Eventually.TrueAsync(async () => await liqoctl.NodeStateAsync() == "Unknown");
        var foreign = await Liqoctl.ForeignClusterAsync(clusters.Home, "aws-gpu-1");
        ((string?)foreign["status"]!["conditions"]![0]!["status"]).ShouldBe("Error");
    }

    [Fact]
    public async Task Without_force_nothing_of_a_dead_provider_goes()
    {
        await using var clusters = await TwoClusters.StartAsync();
        Liqoctl liqoctl = new(clusters);
        await liqoctl.PeerAsync();
        await clusters.Gpu.Cluster.KillAsync();
        await Eventually.TrueAsync(async () => await liqoctl.NodeStateAsync() == "Unknown");

        await clusters.Home.Client.DeleteNamespaceAsync(Liqoctl.HomeTenant, cancellationToken: Stop);
        await Eventually.TrueAsync(async () =>
            (
                await Liqoctl.FindAsync(
                    clusters.Home,
                    Liqoctl.Authentication,
                    Liqoctl.HomeTenant,
                    "resourceslices",
                    "aws-gpu-1"
                )
            )
                ?["metadata"]
                ?["deletionTimestamp"]
                is not null
        );
        (await HasNamespaceAsync(clusters.Home, Liqoctl.HomeTenant)).ShouldBeTrue();
    }

    [Fact]
    public async Task Force_unpeer_frees_everything_but_the_foreign_cluster()
    {
        await using var clusters = await TwoClusters.StartAsync();
        Liqoctl liqoctl = new(clusters);
        await liqoctl.PeerAsync();
        await liqoctl.OffloadAsync();
        await GpuDeployment.CreateAsync(clusters.Home);
        await GpuDeployment.IsReadyAsync(clusters.Home);
        await clusters.Gpu.Cluster.KillAsync();
        await Eventually.TrueAsync(async () => await liqoctl.NodeStateAsync() == "Unknown");

        await liqoctl.ForceUnpeerAsync();

        await Eventually.TrueAsync(async () => !await HasNamespaceAsync(clusters.Home, Liqoctl.HomeTenant));
        (await liqoctl.NodeStateAsync()).ShouldBeNull();
        await Eventually.TrueAsync(async () => await liqoctl.OffloadingPhaseAsync() == "NoClusterSelected");
        (await Liqoctl.ForeignClusterAsync(clusters.Home, "aws-gpu-1")).ShouldNotBeNull();
    }

    private static async Task<bool> HasNamespaceAsync(TestCluster cluster, string name) =>
        (await cluster.Client.ListNamespaceAsync(cancellationToken: Stop)).Items.Any(n => n.Metadata.Name == name);
}

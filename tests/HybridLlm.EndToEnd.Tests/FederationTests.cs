using HybridLlm.Specs;
using HybridLlm.Testing.Ec2;
using HybridLlm.Testing.Simulation;
using HybridLlm.Waking;
using k8s;
using k8s.Models;
using Microsoft.Extensions.AI;

namespace HybridLlm.EndToEnd.Tests;

/// <summary>The whole life with the homelab's Kubernetes in it.</summary>
public sealed class FederationTests : IAsyncLifetime
{
    private static readonly ChatOptions s_greedy = new() { Temperature = 0, MaxOutputTokens = 100 };

    // TLS goes by the machine's clock: authorities made in this world must hold in the real one too.
    private readonly VirtualClock _clock = new(
        TimeProvider.System.GetUtcNow() - TimeSpan.FromHours(3),
        TestWorld.Speed
    );

    private TestWorld _test = null!;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() =>
        _test = await TestWorld.StartAsync(o =>
        {
            o.Clock = _clock;
            o.HasHomelab = true;
            o.Nodes.ConfigureOllama = ollama => ollama.TokenInterval = TimeSpan.FromSeconds(4);
        });

    public ValueTask DisposeAsync() => _test.DisposeAsync();

    [Fact]
    public async Task Ollama_is_a_pod_at_home_and_nothing_stays_there()
    {
        await using var cluster = Cluster();
        await cluster.UpAsync(cancellationToken: Token);
        var before = Homelab();
        var answer = await cluster.ChatClient.GetResponseAsync("Why is the sky blue?", s_greedy, Token);

        answer.Text.Length.ShouldBeGreaterThan(100);
        var during = Homelab();
        during.Keys.ShouldContain(k => k.StartsWith("v1 Pod llm-inference/ollama-gpu-1-", StringComparison.Ordinal));
        during["discovery.k8s.io/v1 EndpointSlice llm-inference/ollama"].ShouldContain("10.201.128.1");

        await cluster.SleepAsync(cancellationToken: Token);
        Changes(before, Homelab()).ShouldBeEmpty();
        var receipt = await cluster.DownAsync(cancellationToken: Token);
        receipt.Left.ShouldBe(0);
        receipt.Homelab.ShouldBeEmpty();
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task An_answer_moves_to_the_next_cluster_and_the_lost_one_leaves_nothing_at_home(bool withNotice)
    {
        await using var cluster = Cluster();
        await cluster.UpAsync(cancellationToken: Token);
        var before = Homelab();
        var tokens = 0;
        await foreach (var update in cluster.ChatClient.GetStreamingResponseAsync("A story.", s_greedy, Token))
        {
            if (update.Text.Length > 0 && ++tokens == 20)
            {
                var gpu = _test.World.Cloud.Instances.Single(i => i is { Market: Market.Spot, State: "running" });
                await _test.World.Cloud.InterruptAsync(gpu.InstanceId, withNotice);
            }
        }

        tokens.ShouldBeGreaterThan(60);
        (await cluster.StatusAsync(Token)).Node.ShouldBe("gpu-2");
        var receipt = await cluster.DownAsync(cancellationToken: Token);

        receipt.Homelab.ShouldBeEmpty();
        Changes(before, Homelab()).ShouldBeEmpty();
    }

    [Fact]
    public async Task A_cluster_that_EC2_announces_to_take_leaves_in_order_while_it_still_can()
    {
        await using var cluster = Cluster();
        await cluster.UpAsync(cancellationToken: Token);
        var before = Homelab();
        await cluster.WakeAsync(cancellationToken: Token);
        var events = cluster.WatchAsync(Token);
        var gpu = _test.World.Cloud.Instances.Single(i => i is { Market: Market.Spot, State: "running" });

        // A busy machine is to have the two minutes, too.
        _clock.Speed = TestWorld.Speed / 10;
        await _test.World.Cloud.InterruptAsync(gpu.InstanceId, withNotice: true);

        // In order, or else what is left of it is removed later.
        var left = await events.FirstAsync(
            e =>
                e.Message.StartsWith("gpu-1 has left the homelab", StringComparison.Ordinal)
                || e.Message.Contains("the homelab's peering with it is removed", StringComparison.Ordinal),
            Token
        );
        left.Message.ShouldStartWith("gpu-1 has left the homelab");
        left.Stage.ShouldBe(ClusterStages.Reclaim);
        _clock.Speed = TestWorld.Speed;
        while ((await cluster.StatusAsync(Token)).Phase != WakePhase.Asleep)
        {
            await Task.Delay(50, Token);
        }

        Changes(before, Homelab()).ShouldBeEmpty();
    }

    [Fact]
    public async Task A_homelab_that_cannot_take_part_is_a_fault_of_the_plan()
    {
        await using var missing = _test.Cluster(b => b.WithFederation("/nowhere/kubeconfig"));
        (await TestWorld.FaultsAsync(missing)).Single().Code.ShouldBe("HL170");

        Should
            .Throw<HybridClusterFaultsException>(() =>
                _test.Builder().WithFederation("x", f => f with { Namespace = "No such thing" }).Build()
            )
            .Faults.Single()
            .Code.ShouldBe("HL109");
    }

    [Fact]
    public async Task Ranges_that_overlap_the_homelabs_own_are_told_before_anything_is_made()
    {
        // What the homelab is said to use is not what its Liqo says.
        await using var cluster = _test.Cluster(b =>
            b.WithFederation(_test.World.HomelabKubeconfig)
                .WithHomelab(home => home with { PodRange = "10.245.0.0/16" })
                .WithSpotGpus("us-east-1", gpu => gpu with { PodRange = "10.244.0.0/16" })
        );

        var up = Should.ThrowAsync<HybridClusterFaultsException>(() => cluster.UpAsync(cancellationToken: Token));
        var fault = (await up).Faults.ShouldHaveSingleItem();

        fault.Code.ShouldBe("HL171");
        fault.Message.ShouldContain("10.244.0.0/16");
        fault.Remedy.ShouldContain("PodRange");
        _test.Writes.ShouldBe(0);
    }

    [Theory]
    [InlineData("v1.0.3", "HL170", "Install Liqo 1.2.0")]
    [InlineData("v1.1.2", "HL171", "liqo.tgz")]
    public async Task A_Liqo_that_does_not_go_with_the_nodes_is_told_before_a_GPU_is_rented(
        string version,
        string code,
        string remedy
    )
    {
        await using var cluster = Cluster();
        await cluster.UpAsync(cancellationToken: Token);
        await ChangeLiqoAsync(version);

        var fault = (await TestWorld.FaultsAsync(cluster)).ShouldHaveSingleItem();
        fault.Code.ShouldBe(code);
        fault.Remedy.ShouldContain(remedy);
        var error = await Should.ThrowAsync<WakeFailedException>(() => cluster.WakeAsync(cancellationToken: Token));
        error.Message.ShouldContain(version[1..]);
        error.Message.ShouldContain(remedy);
        _test.World.Cloud.Calls.ShouldNotContain(c => c.Action == "CreateFleet");
        _test.World.Cloud.Instances.ShouldNotContain(i => i.Market == Market.Spot);
    }

    /// <summary>The homelab's Liqo says that it is another release.</summary>
    private async Task ChangeLiqoAsync(string version)
    {
        var config = KubernetesClientConfiguration.BuildConfigFromConfigFile(_test.World.HomelabKubeconfig);
        using k8s.Kubernetes home = new(config);
        var maps = await home.CoreV1.ListNamespacedConfigMapAsync(
            "liqo",
            labelSelector: "app.kubernetes.io/name=clusterid-configmap",
            cancellationToken: Token
        );
        var map = maps.Items.Single();
        map.Metadata.Labels["app.kubernetes.io/version"] = version;
        await home.CoreV1.ReplaceNamespacedConfigMapAsync(map, map.Name(), "liqo", cancellationToken: Token);
    }

    private HybridCluster Cluster() => _test.Cluster(b => b.WithFederation(_test.World.HomelabKubeconfig));

    private static IEnumerable<string> Changes(Dictionary<string, string> before, Dictionary<string, string> after) =>
        before
            .Except(after)
            .Select(o => $"- {o.Key} {o.Value}")
            .Concat(after.Except(before).Select(o => $"+ {o.Key} {o.Value}"));

    /// <summary>Everything the homelab holds, but what comes and goes by itself: Events, Leases, and requests already signed.</summary>
    private Dictionary<string, string> Homelab() =>
        _test
            .World.Homelab.Listing()
            .Where(o =>
                !o.Key.Contains(" Event ", StringComparison.Ordinal)
                && !o.Key.Contains(" Lease ", StringComparison.Ordinal)
                && !o.Key.Contains(" CertificateSigningRequest ", StringComparison.Ordinal)
            )
            .ToDictionary();
}

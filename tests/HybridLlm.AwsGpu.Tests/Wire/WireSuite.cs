using HybridLlm.AwsGpu.Fleets;
using HybridLlm.AwsGpu.Networking;
using HybridLlm.AwsGpu.Storage;
using HybridLlm.AwsGpu.Teardown;

namespace HybridLlm.AwsGpu.Tests.Wire;

/// <summary>The provisioner through the real SDK. Every backend passes the same tests.</summary>
public abstract class WireSuite(IWireBackend backend)
{
    [Fact]
    public async Task A_cluster_comes_up_lives_and_goes_without_a_trace()
    {
        using var cluster = await WireCluster.OnAsync(backend);
        var network = await cluster.BuildNetworkAsync();
        network.Subnets.Count.ShouldBeGreaterThanOrEqualTo(3);
        BucketProvisioner buckets = new(cluster.Clients);
        var store = await buckets.ApplyAsync(await buckets.PlanAsync(cluster.BucketSpec));
        await store.PutAsync("mailbox/w/request", "hello"u8.ToArray());

        var intent = await cluster.NewIntentAsync(network);
        var node = await new FleetLauncher(cluster.Clients).LaunchAsync(intent);
        node.Adopted.ShouldBeFalse();

        var report = await cluster.TearDownAsync();
        report.StillThere.ShouldBeEmpty();
        (await cluster.ScanAsync()).Resources.ShouldBeEmpty();
    }
}

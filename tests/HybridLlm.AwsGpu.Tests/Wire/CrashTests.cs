using HybridLlm.AwsGpu.Fleets;
using HybridLlm.AwsGpu.Networking;
using HybridLlm.AwsGpu.Storage;

namespace HybridLlm.AwsGpu.Tests.Wire;

/// <summary>
/// The process dies at every single write of a cluster's life, before the call or after it. A new process that knows the
/// owner and the journalled intent goes on: there is never a second node, and teardown leaves nothing.
/// </summary>
public sealed class CrashTests : EmulatorTest
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_crash_on_the_way_up_leaves_one_node_at_most_and_the_way_up_can_be_taken_again(bool afterEffect)
    {
        for (var crashAt = 1; ; crashAt++)
        {
            Journal journal = new(WireCluster.NewOwner("lab"));
            var died = await DiesAsync(journal, crashAt, afterEffect, UpAsync);
            AliveNodes().ShouldBeLessThanOrEqualTo(1, $"write {crashAt}");

            using var later = await ClusterAsync(journal.Owner);
            await UpAsync(later, journal);
            AliveNodes().ShouldBe(1, $"write {crashAt}");
            var owned = OwnedBy(journal.Owner);
            owned
                .Count(r => r.Type == "volume" && r.Tags.ContainsKey(ResourceTags.Model))
                .ShouldBe(2, $"write {crashAt}");
            owned.Count(r => r.Type == "snapshot").ShouldBe(1, $"write {crashAt}");
            owned.Count(r => r.Type == "elastic-ip").ShouldBe(1, $"write {crashAt}");
            if (!died)
            {
                later.Wire.Writes.ShouldBeEmpty();
            }

            (await later.TearDownAsync()).IsComplete.ShouldBeTrue($"write {crashAt}");
            OwnedBy(journal.Owner).ShouldBeEmpty($"write {crashAt}");
            if (!died)
            {
                crashAt.ShouldBeGreaterThan(44, "the way up has that many writes");
                return;
            }
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_crash_on_the_way_down_is_made_good_by_going_down_again(bool afterEffect)
    {
        for (var crashAt = 1; ; crashAt++)
        {
            Journal journal = new(WireCluster.NewOwner("lab"));
            using var cluster = await ClusterAsync(journal.Owner);
            await UpAsync(cluster, journal);
            var died = await DiesAsync(journal, crashAt, afterEffect, (process, _) => process.TearDownAsync());

            using var later = await ClusterAsync(journal.Owner);
            (await later.TearDownAsync()).IsComplete.ShouldBeTrue($"write {crashAt}");
            OwnedBy(journal.Owner).ShouldBeEmpty($"write {crashAt}");
            if (!died)
            {
                later.Wire.Writes.ShouldBeEmpty();
                crashAt.ShouldBeGreaterThan(20, "the way down has that many writes");
                return;
            }
        }
    }

    private static async Task UpAsync(WireCluster cluster, Journal journal)
    {
        var network = await cluster.BuildNetworkAsync();
        var store = await cluster.BuildBucketAsync();
        using MemoryStream artifact = new("artifact"u8.ToArray());
        if (await store.ReadSizeAsync("artifacts/a") is null)
        {
            await store.PutNewAsync("artifacts/a", artifact);
        }

        await cluster.BuildLighthouseAsync(network);
        journal.Intent ??= await cluster.NewIntentAsync(network);
        var node = await new FleetLauncher(cluster.Clients).LaunchAsync(journal.Intent);
        await AttachAsync(cluster, network, node);
    }

    /// <summary>A volume that is kept, its snapshot, and one made from that for the node alone: both are attached.</summary>
    private static async Task AttachAsync(WireCluster cluster, Network network, LaunchedNode node)
    {
        ModelVolumes volumes = new(cluster.Clients, cluster.Owner, WireCluster.Region);
        ModelVolumeSpec spec = new()
        {
            PlanId = "plan-1",
            Model = "kept",
            ZoneId = node.ZoneId ?? network.Subnets[0].ZoneId,
            SizeGiB = 20,
        };
        var kept = await volumes.EnsureAsync(spec);
        await volumes.AttachAsync(kept, node.InstanceId);
        var snapshot = await volumes.EnsureSnapshotAsync(kept, "plan-1");
        await volumes.EnsureAsync(spec with { Model = "own", SnapshotId = snapshot, IntentId = "intent-1" });
    }

    /// <summary>Whether the process died before it came to the end.</summary>
    private async Task<bool> DiesAsync(
        Journal journal,
        int crashAt,
        bool afterEffect,
        Func<WireCluster, Journal, Task> live
    )
    {
        using var process = await ClusterAsync(journal.Owner);
        process.Wire.DieAt(crashAt, afterEffect);
        try
        {
            await live(process, journal);
            return false;
        }
        catch (ProcessDiedException)
        {
            return true;
        }
    }

    private int AliveNodes() =>
        Cloud.Instances.Count(i =>
            i.Tags.GetValueOrDefault(ResourceTags.Component) == ResourceComponents.Node
            && i.State is "pending" or "running"
        );

    /// <summary>What outlives a process.</summary>
    private sealed class Journal(ResourceOwner owner)
    {
        public ResourceOwner Owner => owner;
        public NodeIntent? Intent { get; set; }
    }
}

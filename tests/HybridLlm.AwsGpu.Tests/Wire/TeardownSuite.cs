using HybridLlm.AwsGpu.Fleets;
using HybridLlm.AwsGpu.Networking;
using HybridLlm.AwsGpu.Permissions;
using HybridLlm.AwsGpu.Storage;
using HybridLlm.AwsGpu.Teardown;

namespace HybridLlm.AwsGpu.Tests.Wire;

/// <summary>The whole life of a cluster, its end, and who is not touched by it.</summary>
public abstract class TeardownSuite(IWireBackend backend) : WireSuite(backend)
{
    private const string Elsewhere = "eu-west-1";

    [Fact]
    public async Task A_cluster_comes_up_lives_and_goes_without_a_trace()
    {
        using var cluster = await ClusterAsync();
        var network = await cluster.BuildNetworkAsync();
        var store = await cluster.BuildBucketAsync();
        await store.PutAsync("mailbox/w/request", "hello"u8.ToArray(), Token);
        await store.PutAsync("mailbox/w/request", "hello again"u8.ToArray(), Token);
        await cluster.BuildLighthouseAsync(network);
        await new FleetLauncher(cluster.Clients).LaunchAsync(await cluster.NewIntentAsync(network), Token);

        var inventory = await cluster.ScanAsync();
        inventory
            .Resources.Where(r => r.IsBilled)
            .Select(r => r.Kind)
            .Distinct()
            .ShouldBe(
                [
                    OwnedResourceKind.Instance,
                    OwnedResourceKind.Address,
                    OwnedResourceKind.Volume,
                    OwnedResourceKind.Bucket,
                ],
                ignoreOrder: true
            );
        var report = await cluster.TearDownAsync();

        report.StillThere.ShouldBeEmpty();
        report.IsComplete.ShouldBeTrue();
        report.Gone.ShouldBe(report.Asked);
        report.Asked.Select(r => r.Kind).ShouldContain(OwnedResourceKind.Fleet);
        (await cluster.ScanAsync()).Resources.ShouldBeEmpty();

        cluster.Wire.Forget();
        (await cluster.TearDownAsync()).Asked.ShouldBeEmpty();
        cluster.Wire.Writes.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_burst_ends_and_the_foundation_stays()
    {
        Needs(Behaviour.TemplateVersionDeletion);
        using var cluster = await ClusterAsync();
        var network = await cluster.BuildNetworkAsync();
        var lighthouse = await cluster.BuildLighthouseAsync(network);
        await new FleetLauncher(cluster.Clients).LaunchAsync(await cluster.NewIntentAsync(network), Token);

        var report = await cluster.TearDownAsync(TeardownScope.Burst);

        report.IsComplete.ShouldBeTrue();
        report.Gone.Select(r => r.Kind).ShouldContain(OwnedResourceKind.Instance);
        (await cluster.AliveAsync()).ShouldHaveSingleItem().InstanceId.ShouldBe(lighthouse.InstanceId);
        cluster.Wire.Forget();
        await cluster.TearDownAsync(TeardownScope.Burst);
        await cluster.BuildNetworkAsync();
        await cluster.BuildLighthouseAsync(network);
        cluster.Wire.Writes.ShouldBeEmpty();
    }

    [Fact]
    public async Task Models_are_kept_when_asked_with_their_price_and_everything_else_goes()
    {
        using var cluster = await ClusterAsync();
        var network = await cluster.BuildNetworkAsync();
        var store = await cluster.BuildBucketAsync();
        await store.PutAsync("mailbox/w/request", "hello"u8.ToArray(), Token);
        await store.PutAsync("models/by-hand.gguf", new byte[2048], Token);
        await store.PutAsync("artifacts/00/model-llama3.1-8b.tar.gz", new byte[2048], Token);
        await store.PutAsync("artifacts/00/nebula.tar.gz", new byte[2048], Token);
        ModelVolumes volumes = new(cluster.Clients, cluster.Owner, WireCluster.Region);
        var volume = await volumes.EnsureAsync(
            new ModelVolumeSpec
            {
                PlanId = "plan-1",
                Model = "llama3.1:8b",
                ZoneId = network.Subnets[0].ZoneId,
                SizeGiB = 20,
            },
            Token
        );
        await volumes.EnsureSnapshotAsync(volume, "plan-1", Token);
        await new FleetLauncher(cluster.Clients).LaunchAsync(await cluster.NewIntentAsync(network), Token);

        var report = await cluster.TearDownAsync(TeardownScope.EverythingButModels);

        report.IsComplete.ShouldBeTrue();
        OwnedResourceKind[] models = [OwnedResourceKind.Volume, OwnedResourceKind.Snapshot, OwnedResourceKind.Bucket];
        report.Kept.Select(r => r.Kind).ShouldBe(models);
        report.Kept.ShouldAllBe(r => r.IsBilled);
        report.KeptUsdPerMonth.ShouldBeGreaterThan(20 * 0.08m);
        (await cluster.ScanAsync()).Resources.Select(r => r.Kind).ShouldBe(models);
        ModelHoldings holdings = new(cluster.Clients, cluster.Owner);
        (await holdings.ListAsync([WireCluster.Region], cancellationToken: Token)).ShouldBe(report.Kept);
        var half = await holdings.ListAsync([WireCluster.Region], ["models/by-hand.gguf"], Token);
        half[^1].UsdPerMonth.ShouldBe(report.Kept[^1].UsdPerMonth / 2);
        (await store.ListVersionsAsync("", Token))
            .Select(v => v.Key)
            .ShouldBe(["models/by-hand.gguf", "artifacts/00/model-llama3.1-8b.tar.gz"], ignoreOrder: true);

        cluster.Wire.Forget();
        var again = await cluster.TearDownAsync(TeardownScope.EverythingButModels);
        (again.Asked.Count, again.Kept.Count).ShouldBe((0, 3));
        cluster.Wire.Writes.ShouldBeEmpty();
        (await cluster.TearDownAsync()).IsComplete.ShouldBeTrue();
        (await cluster.ScanAsync()).Resources.ShouldBeEmpty();
    }

    [Fact]
    public async Task The_queue_goes_too_and_the_rule_that_fed_it_is_named_for_the_administrator()
    {
        using var cluster = await ClusterAsync();
        var name = Prerequisites.QueueName(cluster.Owner);
        await MakeQueueAsync(name, cluster.Owner.Tags(ResourceComponents.Interruptions, "queue", "plan-1"));
        await MakeQueueAsync(name + "-of-another", []);

        var report = await cluster.TearDownAsync();

        report.Gone.ShouldHaveSingleItem().Id.ShouldBe(name);
        report.IsComplete.ShouldBeTrue();
        report.Foreign.Select(f => f.Id).ShouldContain(name + "-of-another");
        report.ByHand.ShouldContain(c => c.StartsWith("aws events delete-rule") && c.Contains(name));
        cluster.Wire.Forget();
        var again = await cluster.TearDownAsync();
        again.Asked.ShouldBeEmpty();
        again.ByHand.ShouldBeEmpty();
        cluster.Wire.Writes.ShouldBeEmpty();

        Task MakeQueueAsync(string queue, Dictionary<string, string> tags) =>
            cluster
                .Clients.Sqs(WireCluster.Region)
                .CreateQueueAsync(new Amazon.SQS.Model.CreateQueueRequest { QueueName = queue, Tags = tags }, Token);
    }

    [Fact]
    public async Task Another_owner_of_the_same_cluster_name_is_shown_and_not_touched()
    {
        using var cluster = await ClusterAsync();
        using var stranger = await ClusterAsync(WireCluster.NewOwner(cluster.Owner.Cluster));
        await cluster.BuildNetworkAsync();
        await cluster.BuildBucketAsync();
        var theirs = await stranger.BuildNetworkAsync();
        var theirBucket = await stranger.BuildBucketAsync();
        var theirNode = await new FleetLauncher(stranger.Clients).LaunchAsync(
            await stranger.NewIntentAsync(theirs),
            Token
        );

        var report = await cluster.TearDownAsync();

        report.IsComplete.ShouldBeTrue();
        report.Foreign.Select(f => f.Id).ShouldContain(theirs.VpcId);
        report.Foreign.Select(f => f.Id).ShouldContain(theirNode.InstanceId);
        report.Foreign.Select(f => f.Id).ShouldContain(theirBucket.Bucket);
        (await stranger.AliveAsync()).Count.ShouldBe(1);
        (await stranger.BuildNetworkAsync()).VpcId.ShouldBe(theirs.VpcId);
        (await stranger.TearDownAsync()).IsComplete.ShouldBeTrue();
    }

    [Fact]
    public async Task A_teardown_cut_off_again_and_again_is_completed_by_the_next()
    {
        using var cluster = await ClusterAsync();
        var network = await cluster.BuildNetworkAsync();
        await cluster.BuildBucketAsync();
        await new FleetLauncher(cluster.Clients).LaunchAsync(await cluster.NewIntentAsync(network), Token);
        for (var writes = 1; writes <= 6; writes++)
        {
            using var process = await ClusterAsync(cluster.Owner);
            using CancellationTokenSource dies = new();
            var allowed = writes;
            process.Wire.BreakWrites(
                (_, write) =>
                {
                    if (write < allowed)
                    {
                        return WireFault.None;
                    }

                    dies.Cancel();
                    return WireFault.NeverSent;
                }
            );
            ClusterTeardown teardown = new(process.Clients);
            await Should.ThrowAsync<OperationCanceledException>(() =>
                teardown.RunAsync(
                    cluster.Owner,
                    TeardownScope.Everything,
                    [WireCluster.Region],
                    cancellationToken: dies.Token
                )
            );
        }

        (await cluster.TearDownAsync()).IsComplete.ShouldBeTrue();
        (await cluster.ScanAsync()).Resources.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_scan_looks_into_every_enabled_region()
    {
        using var cluster = await ClusterAsync();
        NetworkProvisioner networks = new(cluster.Clients);
        var plan = await networks.PlanAsync(cluster.NetworkSpec with { Region = Elsewhere }, Token);
        await networks.ApplyAsync(plan, cancellationToken: Token);

        var inventory = await new OwnedResourceScanner(cluster.Clients).ScanAsync(
            cluster.Owner,
            cancellationToken: Token
        );

        inventory.Resources.Select(r => r.Kind).ShouldContain(OwnedResourceKind.Vpc);
        inventory.Resources.ShouldAllBe(r => r.Region == Elsewhere);
        inventory.Unread.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_bucket_is_found_and_deleted_wherever_it_is()
    {
        Needs(Behaviour.BucketRegions);
        using var cluster = await ClusterAsync();
        BucketProvisioner buckets = new(cluster.Clients);
        var plan = await buckets.PlanAsync(cluster.BucketSpec with { Region = Elsewhere }, Token);
        var store = await buckets.ApplyAsync(plan, cancellationToken: Token);
        await store.PutAsync("models/m", new byte[1024], Token);

        var report = await cluster.TearDownAsync();

        report.Gone.ShouldHaveSingleItem().Region.ShouldBe(Elsewhere);
        report.IsComplete.ShouldBeTrue();
    }
}

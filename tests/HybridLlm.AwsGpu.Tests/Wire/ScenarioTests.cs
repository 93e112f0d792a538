using Amazon.EC2;
using Amazon.EC2.Model;
using HybridLlm.AwsGpu.Ec2;
using HybridLlm.AwsGpu.Fleets;
using HybridLlm.AwsGpu.Interruptions;
using HybridLlm.AwsGpu.Networking;
using HybridLlm.AwsGpu.Offerings;
using HybridLlm.AwsGpu.Storage;
using HybridLlm.Testing.Ec2;

namespace HybridLlm.AwsGpu.Tests.Wire;

/// <summary>What goes wrong on EC2, one scenario a test, each in virtual time against the emulator.</summary>
public sealed class ScenarioTests : EmulatorTest
{
    [Fact]
    public async Task No_capacity_in_all_but_one_pool()
    {
        using var cluster = await ClusterAsync();
        var network = await cluster.BuildNetworkAsync();
        var plan = await cluster.ReadOffersAsync(network);
        Cloud.Capacity.SetDefault(Market.Spot, 0);
        var last = plan.Offers[^1];
        Cloud.Capacity.Set(last.InstanceType.Name, last.Zone.Name, Market.Spot, 1);
        var intent = await cluster.NewIntentAsync(network);

        var node = await LaunchAsync(
            cluster,
            intent with
            {
                Pools = NodePool.From(plan, network),
                MaxHourlyPrice = plan.Offers.Max(o => o.HourlyPrice),
            }
        );

        (node.InstanceType, node.ZoneId).ShouldBe((last.InstanceType.Name, last.Zone.Id));
        node.PoolErrors.ShouldAllBe(e => e.Kind == AwsErrorKind.Capacity);
    }

    [Fact]
    public async Task Two_of_three_nodes_and_an_error_for_the_third()
    {
        using var cluster = await ClusterAsync();
        var network = await cluster.BuildNetworkAsync();
        Cloud.Capacity.SetDefault(Market.Spot, 0);
        foreach (var zone in await ZoneNamesAsync(cluster, await cluster.NewIntentAsync(network)))
        {
            Cloud.Capacity.Set("g4dn.xlarge", zone, Market.Spot, 1);
        }

        await LaunchAsync(cluster, await cluster.NewIntentAsync(network, "one"));
        await LaunchAsync(cluster, await cluster.NewIntentAsync(network, "two"));
        var refused = await Should.ThrowAsync<NoCapacityException>(async () =>
            await LaunchAsync(cluster, await cluster.NewIntentAsync(network, "three"))
        );

        refused.Errors.ShouldNotBeEmpty();
        (await cluster.AliveAsync()).Select(i => i.IntentId).ShouldBe(["one", "two"], ignoreOrder: true);
    }

    [Fact]
    public async Task Success_with_no_instance_at_all_is_no_capacity()
    {
        using var cluster = await ClusterAsync();
        var intent = await cluster.NewIntentAsync(await cluster.BuildNetworkAsync());
        Cloud.Capacity.SetDefault(Market.Spot, 0);

        await Should.ThrowAsync<NoCapacityException>(() => LaunchAsync(cluster, intent));

        Cloud.Calls.Last(c => c.Action == "CreateFleet").ErrorCode.ShouldBeNull();
        (await cluster.AliveAsync()).ShouldBeEmpty();
    }

    [Fact]
    public async Task Throttled_five_times_then_one_launch_only()
    {
        using var cluster = await ClusterAsync();
        var intent = await cluster.NewIntentAsync(await cluster.BuildNetworkAsync());
        Cloud.Faults.FailNext("CreateFleet", "RequestLimitExceeded", 503, count: 5);

        await LaunchAsync(cluster, intent);

        Cloud.Instances.Count.ShouldBe(1);
    }

    [Fact]
    public async Task A_crash_between_the_launch_and_its_record_launches_once()
    {
        using var dying = await ClusterAsync();
        var intent = await dying.NewIntentAsync(await dying.BuildNetworkAsync());
        dying.Wire.BreakWrites((call, _) => call == "CreateFleet" ? WireFault.DiesAfter : WireFault.None);
        await Should.ThrowAsync<ProcessDiedException>(() => LaunchAsync(dying, intent));

        using var later = await ClusterAsync(dying.Owner);
        var node = await LaunchAsync(later, intent);

        Cloud.Instances.ShouldHaveSingleItem().InstanceId.ShouldBe(node.InstanceId);
    }

    [Fact]
    public async Task The_same_intent_launched_twice_writes_nothing_the_second_time()
    {
        using var cluster = await ClusterAsync();
        var intent = await cluster.NewIntentAsync(await cluster.BuildNetworkAsync());
        await LaunchAsync(cluster, intent);
        var writes = Cloud.Calls.Count(c => c.IsWrite);

        await cluster.BuildNetworkAsync();
        await LaunchAsync(cluster, intent);

        Cloud.Calls.Count(c => c.IsWrite).ShouldBe(writes);
    }

    [Fact]
    public async Task A_notice_is_heard_and_the_replacement_comes_from_another_pool_while_the_old_node_still_runs()
    {
        using var cluster = await ClusterAsync();
        var network = await cluster.BuildNetworkAsync();
        var intent = await cluster.NewIntentAsync(network);
        var node = await LaunchAsync(cluster, intent);
        var state = Watching(node, cluster.Time.GetUtcNow());
        await Cloud.InterruptAsync(node.InstanceId, withNotice: true);

        var notice = (
            await new SpotNotices(cluster.Clients, cluster.Owner, WireCluster.Region).ReadAsync(Token)
        ).Single();
        var (next, moves) = InterruptionHandler.Next(
            state,
            new InterruptionSignal
            {
                InstanceId = notice.InstanceId,
                Kind = InterruptionKind.Notice,
                Source = InterruptionSource.Reconcile,
                At = cluster.Time.GetUtcNow(),
                EndsAt = notice.EndsAt,
            },
            prefetchAllowed: false
        );
        moves.ShouldBe([InterruptionMove.Drain, InterruptionMove.StartReplacement]);
        var pools = next.Pools.NotCooled(intent.Pools, notice.GivenAt!.Value);
        var replacement = await LaunchAsync(cluster, intent with { Id = "intent-2", Pools = pools });

        replacement.ZoneId.ShouldNotBe(node.ZoneId);
    }

    [Fact]
    public async Task The_interruption_of_an_instance_that_is_not_ours_changes_nothing()
    {
        using var ours = await ClusterAsync();
        using var theirs = await ClusterAsync();
        var stranger = await LaunchAsync(theirs, await theirs.NewIntentAsync(await theirs.BuildNetworkAsync()));
        await Cloud.InterruptAsync(stranger.InstanceId, withNotice: true);

        (await new SpotNotices(ours.Clients, ours.Owner, WireCluster.Region).ReadAsync(Token)).ShouldBeEmpty();
    }

    [Fact]
    public async Task Spot_dearer_than_on_demand_is_bought_on_demand()
    {
        using var cluster = await ClusterAsync();
        var network = await cluster.BuildNetworkAsync();
        foreach (var zone in await ZoneNamesAsync(cluster, await cluster.NewIntentAsync(network)))
        {
            Cloud.Prices.SetSpot("g4dn.xlarge", zone, 0.6m);
        }

        var facts = await new OfferingFactsReader(cluster.Clients).ReadAsync(WireCluster.Region, Token);
        var plan = OfferPlanner.Plan(
            new OfferRequest { GpuMemoryMiB = 12_000, MayBuyOnDemand = true },
            facts with
            {
                InstanceTypes = [.. facts.InstanceTypes.Where(t => t.Name == "g4dn.xlarge")],
                Pools = [.. facts.Pools.Where(p => network.Subnets.Take(2).Any(s => s.ZoneId == p.Zone.Id))],
            }
        );
        var decision = new MarketPolicy { Fallback = OnDemandFallback.AtOnce }.Choose(plan, facts.ReadAt, null);
        decision.Market.ShouldBe(InstanceMarket.OnDemand);
        await LaunchAsync(cluster, (await cluster.NewIntentAsync(network)) with { Market = InstanceMarket.OnDemand });

        Cloud.Instances.ShouldHaveSingleItem().Market.ShouldBe(Market.OnDemand);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_network_with_IPv6_whose_making_crashes_at_any_write_is_completed_and_its_nodes_have_addresses(
        bool afterEffect
    )
    {
        for (var crashAt = 1; ; crashAt++)
        {
            using var dying = await ClusterAsync();
            dying.Wire.DieAt(crashAt, afterEffect);
            var spec = dying.NetworkSpec with { Ipv6 = true, ZoneIds = ["use1-az1", "use1-az2"] };
            var died = false;
            try
            {
                await ApplyAsync(dying, spec);
            }
            catch (ProcessDiedException)
            {
                died = true;
            }

            using var later = await ClusterAsync(dying.Owner);
            var network = await ApplyAsync(later, spec);
            OwnedBy(later.Owner).Count(r => r.Type == "subnet").ShouldBeLessThanOrEqualTo(4, $"write {crashAt}");
            await LaunchAsync(later, await later.NewIntentAsync(network));
            (await later.AliveAsync()).ShouldHaveSingleItem().Ipv6.ShouldNotBeNull().ShouldContain(":");
            (await later.TearDownAsync()).IsComplete.ShouldBeTrue();
            OwnedBy(later.Owner).ShouldBeEmpty($"write {crashAt}");
            if (!died)
            {
                return;
            }
        }

        static async Task<Network> ApplyAsync(WireCluster cluster, NetworkSpec spec)
        {
            NetworkProvisioner networks = new(cluster.Clients);
            return await networks.ApplyAsync(await networks.PlanAsync(spec, Token), cancellationToken: Token);
        }
    }

    [Fact]
    public async Task A_quota_is_not_answered_by_hopping_zones()
    {
        using var cluster = await ClusterAsync();
        var intent = await cluster.NewIntentAsync(await cluster.BuildNetworkAsync());
        Cloud.Quotas.Set(QuotaFamily.GAndVt, Market.Spot, 0);

        var refused = await Should.ThrowAsync<NoCapacityException>(() => LaunchAsync(cluster, intent));

        refused.Errors.ShouldAllBe(e => e.Kind == AwsErrorKind.Quota);
        Cloud.Calls.Count(c => c.Action == "CreateFleet").ShouldBe(1);
    }

    [Fact]
    public async Task A_teardown_waits_for_what_vanishes_late()
    {
        using var cluster = await ClusterAsync();
        await cluster.BuildNetworkAsync();
        Cloud.Faults.FailNext("DeleteSubnet", "DependencyViolation", 400, count: 3);

        (await cluster.TearDownAsync()).IsComplete.ShouldBeTrue();

        OwnedBy(cluster.Owner).ShouldBeEmpty();
    }

    [Fact]
    public async Task A_teardown_half_done_is_completed_by_the_next_and_a_third_does_nothing()
    {
        using var dying = await ClusterAsync();
        await LaunchAsync(dying, await dying.NewIntentAsync(await dying.BuildNetworkAsync()));
        dying.Wire.DieAt(5, afterEffect: true);
        await Should.ThrowAsync<ProcessDiedException>(() => dying.TearDownAsync());

        using var later = await ClusterAsync(dying.Owner);
        (await later.TearDownAsync()).IsComplete.ShouldBeTrue();
        OwnedBy(dying.Owner).ShouldBeEmpty();
        later.Wire.Forget();
        (await later.TearDownAsync()).IsComplete.ShouldBeTrue();

        later.Wire.Writes.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_volume_and_a_snapshot_of_ours_go_with_everything_else()
    {
        using var cluster = await ClusterAsync();
        var tags = cluster.Owner.Tags(ResourceComponents.Node, "models", "plan-1", cluster.Time.GetUtcNow().AddDays(1));
        var ec2 = cluster.Clients.Ec2(WireCluster.Region);
        var volume = await ec2.CreateVolumeAsync(
            new CreateVolumeRequest
            {
                AvailabilityZone = "us-east-1a",
                Size = 20,
                VolumeType = VolumeType.Gp3,
                TagSpecifications = Ec2Tags.At(ResourceType.Volume, tags),
            },
            Token
        );
        await ec2.CreateSnapshotAsync(
            new CreateSnapshotRequest
            {
                VolumeId = volume.Volume.VolumeId,
                TagSpecifications = Ec2Tags.At(ResourceType.Snapshot, tags),
            },
            Token
        );
        OwnedBy(cluster.Owner).Select(r => r.Type).ShouldBe(["volume", "snapshot"], ignoreOrder: true);

        (await cluster.TearDownAsync()).IsComplete.ShouldBeTrue();

        OwnedBy(cluster.Owner).ShouldBeEmpty();
    }

    [Fact]
    public async Task A_volume_in_one_zone_and_capacity_only_in_another_takes_the_cold_path()
    {
        using var cluster = await ClusterAsync();
        var network = await cluster.BuildNetworkAsync();
        var intent = await cluster.NewIntentAsync(network);
        var (withVolume, other) = (intent.Pools[0], intent.Pools[1]);
        ModelVolumes volumes = new(cluster.Clients, cluster.Owner, WireCluster.Region);
        var volume = await volumes.EnsureAsync(
            new ModelVolumeSpec
            {
                PlanId = "plan-1",
                Model = "llama3.1:8b",
                ZoneId = withVolume.ZoneId,
                SizeGiB = 20,
            },
            Token
        );
        Cloud.Capacity.Set("g4dn.xlarge", volume.ZoneName, Market.Spot, 0);

        // What pinning to the volume's zone costs shows before anything is launched.
        var offers = (await cluster.ReadOffersAsync(network)).Offers;
        var options = ModelCachePlanner.Plan(
            new ModelCacheSpec
            {
                ModelGiB = 4.7m,
                Offers = offers,
                VolumeZoneIds = [withVolume.ZoneId],
            }
        );
        var pinned = options.Single(o => o.Kind == ModelCacheKind.VolumePerZone);
        pinned.OffersLost.ShouldBe(offers.Count(o => o.Zone.Id != withVolume.ZoneId));
        pinned.PinningUsdPerHour.ShouldBe(pinned.Offers[0].HourlyPrice - offers.Min(o => o.HourlyPrice));
        options[0].Kind.ShouldBe(ModelCacheKind.BucketToNvme);
        (options[0].OffersLost, options[0].PinningUsdPerHour).ShouldBe((0, 0m));

        // Volume first; what has no volume second, and there the model comes from the bucket.
        var refused = await Should.ThrowAsync<NoCapacityException>(() =>
            LaunchAsync(cluster, intent with { Pools = [withVolume] })
        );
        refused.Errors.ShouldAllBe(e => e.Kind == AwsErrorKind.Capacity);
        var node = await LaunchAsync(cluster, intent with { Attempt = 2, Pools = [withVolume, other] });

        node.ZoneId.ShouldBe(other.ZoneId);
        (
            await Should.ThrowAsync<AwsCallException>(() => volumes.AttachAsync(volume, node.InstanceId, Token))
        ).Code.ShouldBe("InvalidVolume.ZoneMismatch");
        (await volumes.ListAsync("llama3.1:8b", Token)).ShouldHaveSingleItem().InstanceId.ShouldBeNull();
    }

    [Fact]
    public async Task What_another_owner_calls_by_the_same_name_is_not_touched()
    {
        using var ours = await ClusterAsync();
        using var theirs = await ClusterAsync();
        await ours.BuildNetworkAsync();
        await theirs.BuildNetworkAsync();
        var before = OwnedBy(theirs.Owner);

        await ours.TearDownAsync();

        OwnedBy(ours.Owner).ShouldBeEmpty();
        OwnedBy(theirs.Owner).Select(r => r.Id).ShouldBe(before.Select(r => r.Id));
    }

    [Fact]
    public async Task A_node_that_ends_before_it_boots_spends_its_attempt_and_its_pool_is_left_alone()
    {
        using var cluster = await ClusterAsync();
        var intent = await cluster.NewIntentAsync(await cluster.BuildNetworkAsync());
        var speed = Clock.Speed;
        Clock.Speed = 0;
        var node = await LaunchAsync(cluster, intent);
        await Cloud.FailBootAsync(node.InstanceId);
        Clock.Speed = speed;
        ClusterInstances instances = new(cluster.Clients, cluster.Owner, WireCluster.Region);

        (await instances.WaitForTerminatedAsync([node.InstanceId], TimeSpan.FromMinutes(5), Token)).ShouldBeTrue();
        (await instances.ListAsync(Token)).Single().StateReason.ShouldBe("Server.InsufficientInstanceCapacity");
        await Should.ThrowAsync<AttemptSpentException>(() => LaunchAsync(cluster, intent));
        var now = cluster.Time.GetUtcNow();
        var (state, _) = InterruptionHandler.Next(
            Watching(node, now),
            new InterruptionSignal
            {
                InstanceId = node.InstanceId,
                Kind = InterruptionKind.Ended,
                Source = InterruptionSource.Reconcile,
                At = now,
            },
            prefetchAllowed: false
        );
        var second = await LaunchAsync(
            cluster,
            intent with
            {
                Attempt = 2,
                Pools = state.Pools.NotCooled(intent.Pools, now),
            }
        );

        second.ZoneId.ShouldNotBe(node.ZoneId);
    }

    [Fact]
    public async Task An_instance_that_is_not_shown_for_five_seconds_is_not_launched_again()
    {
        using var cluster = await ClusterAsync();
        var intent = await cluster.NewIntentAsync(await cluster.BuildNetworkAsync());
        Cloud.Faults.HideNewFor(TimeSpan.FromSeconds(5), "instance");

        var first = await LaunchAsync(cluster, intent);
        var again = await LaunchAsync(cluster, intent);

        again.InstanceId.ShouldBe(first.InstanceId);
        Cloud.Instances.Count.ShouldBe(1);
    }

    private static InterruptionState Watching(LaunchedNode node, DateTimeOffset since) =>
        InterruptionState.Initial.Watch(
            new WatchedNode
            {
                InstanceId = node.InstanceId,
                InstanceType = node.InstanceType,
                ZoneId = node.ZoneId!,
                Since = since,
            }
        );

    private static Task<LaunchedNode> LaunchAsync(WireCluster cluster, NodeIntent intent) =>
        new FleetLauncher(cluster.Clients).LaunchAsync(intent, Token);
}

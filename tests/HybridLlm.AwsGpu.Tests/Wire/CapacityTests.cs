using HybridLlm.AwsGpu.Fleets;
using HybridLlm.AwsGpu.Networking;
using HybridLlm.Testing.Ec2;

namespace HybridLlm.AwsGpu.Tests.Wire;

/// <summary>Pools without capacity, prices that moved, quotas.</summary>
public sealed class CapacityTests : EmulatorTest
{
    [Fact]
    public async Task A_pool_without_capacity_is_passed_over()
    {
        using var cluster = await ClusterAsync();
        var intent = await cluster.NewIntentAsync(await cluster.BuildNetworkAsync());
        var zones = await ZoneNamesAsync(cluster, intent);
        Cloud.Capacity.Set("g4dn.xlarge", zones[0], Market.Spot, 0);

        var node = await new FleetLauncher(cluster.Clients).LaunchAsync(intent, Token);

        node.ZoneId.ShouldBe(intent.Pools[1].ZoneId);
        (await cluster.AliveAsync()).ShouldHaveSingleItem().ZoneName.ShouldBe(zones[1]);
    }

    [Fact]
    public async Task No_capacity_anywhere_names_every_pool_and_leaves_nothing_behind()
    {
        using var cluster = await ClusterAsync();
        var network = await cluster.BuildNetworkAsync();
        var intent = await cluster.NewIntentAsync(network);
        Cloud.Capacity.SetDefault(Market.Spot, 0);

        var refused = await Should.ThrowAsync<NoCapacityException>(() =>
            new FleetLauncher(cluster.Clients).LaunchAsync(intent)
        );

        refused.Errors.Select(e => e.ZoneId).ShouldBe(intent.Pools.Select(p => p.ZoneId), ignoreOrder: true);
        refused.Errors.ShouldAllBe(e => e.Kind == AwsErrorKind.Capacity && e.InstanceType == "g4dn.xlarge");
        refused.Remedy.ShouldNotBeEmpty();
        OwnedBy(cluster.Owner).Select(r => r.Type).ShouldNotContain("fleet");
        Cloud.Instances.ShouldBeEmpty();
    }

    [Fact]
    public async Task When_capacity_is_back_the_next_attempt_at_the_same_intent_gets_a_node()
    {
        using var cluster = await ClusterAsync();
        var intent = await cluster.NewIntentAsync(await cluster.BuildNetworkAsync());
        FleetLauncher launcher = new(cluster.Clients);
        Cloud.Capacity.SetDefault(Market.Spot, 0);
        await Should.ThrowAsync<NoCapacityException>(() => launcher.LaunchAsync(intent));
        Cloud.Capacity.SetDefault(Market.Spot, 10);

        await launcher.LaunchAsync(intent with { Attempt = 2 }, Token);

        (await cluster.AliveAsync()).Count.ShouldBe(1);
    }

    [Fact]
    public async Task A_price_above_the_one_reserved_is_not_paid()
    {
        using var cluster = await ClusterAsync();
        var intent = await cluster.NewIntentAsync(await cluster.BuildNetworkAsync());
        foreach (var zone in await ZoneNamesAsync(cluster, intent))
        {
            Cloud.Prices.SetSpot("g4dn.xlarge", zone, 0.5m);
        }

        var refused = await Should.ThrowAsync<NoCapacityException>(() =>
            new FleetLauncher(cluster.Clients).LaunchAsync(intent with { MaxHourlyPrice = 0.49m })
        );

        refused.Errors.ShouldAllBe(e => e.Kind == AwsErrorKind.PriceTooLow);
    }

    [Fact]
    public async Task A_quota_is_told_from_missing_capacity()
    {
        using var cluster = await ClusterAsync();
        var intent = await cluster.NewIntentAsync(await cluster.BuildNetworkAsync());
        Cloud.Quotas.Set(QuotaFamily.GAndVt, Market.Spot, 0);

        var refused = await Should.ThrowAsync<NoCapacityException>(() =>
            new FleetLauncher(cluster.Clients).LaunchAsync(intent)
        );

        refused.Errors.ShouldAllBe(e => e.Kind == AwsErrorKind.Quota);
        refused.Remedy.ShouldContain("quota");
    }

    [Fact]
    public async Task Records_of_ended_fleets_make_room_for_the_next_and_living_nodes_stay()
    {
        using var cluster = await ClusterAsync();
        var network = await cluster.BuildNetworkAsync();
        FleetLauncher launcher = new(cluster.Clients);
        ClusterInstances instances = new(cluster.Clients, cluster.Owner, WireCluster.Region);
        var ended = await launcher.LaunchAsync(await cluster.NewIntentAsync(network, "ended"), Token);
        var alive = await launcher.LaunchAsync(await cluster.NewIntentAsync(network, "alive"), Token);
        await instances.TerminateAsync([ended.InstanceId], Token);
        await instances.WaitForTerminatedAsync([ended.InstanceId], TimeSpan.FromHours(1), Token);
        Cloud.Quotas.Fleets = 2;

        var next = await launcher.LaunchAsync(await cluster.NewIntentAsync(network, "next"), Token);

        (await cluster.AliveAsync())
            .Select(i => i.InstanceId)
            .ShouldBe([alive.InstanceId, next.InstanceId], ignoreOrder: true);
        Cloud.Calls.Count(c => c.Action == "DeleteFleets").ShouldBe(1);
    }

    [Fact]
    public async Task When_every_fleet_has_a_living_node_the_fleet_quota_is_the_operators()
    {
        using var cluster = await ClusterAsync();
        var network = await cluster.BuildNetworkAsync();
        FleetLauncher launcher = new(cluster.Clients);
        await launcher.LaunchAsync(await cluster.NewIntentAsync(network), Token);
        Cloud.Quotas.Fleets = 1;
        var second = await cluster.NewIntentAsync(network, "second");

        var refused = await Should.ThrowAsync<AwsCallException>(() => launcher.LaunchAsync(second, Token));

        (refused.Code, refused.Scope).ShouldBe(("MaxFleetCountExceeded", AwsErrorScope.Region));
        refused.Remedy.ShouldContain("quota");
        (await cluster.AliveAsync()).Count.ShouldBe(1);
    }

    [Fact]
    public async Task What_only_an_operator_can_change_is_told_from_what_time_changes()
    {
        using var cluster = await ClusterAsync();
        var intent = await cluster.NewIntentAsync(await cluster.BuildNetworkAsync());
        Cloud.Capacity.SetDefault(Market.Spot, 0);
        var full = await Should.ThrowAsync<NoCapacityException>(() =>
            new FleetLauncher(cluster.Clients).LaunchAsync(intent)
        );
        var image = intent with { Id = "no-image", Image = intent.Image with { Id = "ami-00000000000000000" } };

        var refused = await Should.ThrowAsync<AwsGpuException>(() =>
            new FleetLauncher(cluster.Clients).LaunchAsync(image)
        );

        full.NeedsOperator.ShouldBeFalse();
        refused.Remedy.ShouldContain("image");
    }

    [Fact]
    public async Task A_limit_of_the_account_is_reported_with_what_to_do()
    {
        using var cluster = await ClusterAsync();
        Cloud.Quotas.Vpcs = 0;

        var refused = await Should.ThrowAsync<AwsCallException>(cluster.BuildNetworkAsync);

        refused.Code.ShouldBe("VpcLimitExceeded");
        refused.Kind.ShouldBe(AwsErrorKind.Quota);
        refused.Remedy.ShouldContain("5 a region");
    }

    [Fact]
    public async Task Only_zones_with_a_subnet_become_pools()
    {
        using var cluster = await ClusterAsync();
        NetworkProvisioner provisioner = new(cluster.Clients);
        var spec = cluster.NetworkSpec with { ZoneIds = ["use1-az1", "use1-az2", "use1-az4"] };
        var network = await provisioner.ApplyAsync(await provisioner.PlanAsync(spec, Token), cancellationToken: Token);

        var offers = await cluster.ReadOffersAsync(network);
        var pools = NodePool.From(offers, network);

        pools.Count.ShouldBe(offers.Offers.Count);
        pools.Select(p => p.ZoneId).Distinct().ShouldBeSubsetOf(spec.ZoneIds);
        offers.Rejected.ShouldContain(r => r.Reason == "no subnet in use1-az6");
    }
}

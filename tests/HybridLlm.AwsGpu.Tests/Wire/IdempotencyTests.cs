using HybridLlm.AwsGpu.Fleets;
using HybridLlm.AwsGpu.Teardown;

namespace HybridLlm.AwsGpu.Tests.Wire;

/// <summary>One intent, one node: throttling, lost answers, late visibility and spent attempts.</summary>
public sealed class IdempotencyTests : EmulatorTest
{
    [Fact]
    public async Task Throttling_delays_a_launch_and_does_not_double_it()
    {
        using var cluster = await ClusterAsync();
        var intent = await cluster.NewIntentAsync(await cluster.BuildNetworkAsync());
        Cloud.Faults.FailNext("CreateFleet", "RequestLimitExceeded", 503, count: 5);

        await new FleetLauncher(cluster.Clients).LaunchAsync(intent, Token);

        cluster.Wire.Calls.Count(c => c == "CreateFleet").ShouldBe(6);
        Cloud.Instances.Count.ShouldBe(1);
    }

    [Fact]
    public async Task A_lost_answer_is_recovered_by_the_token_while_the_node_is_not_visible_yet()
    {
        using var cluster = await ClusterAsync();
        var intent = await cluster.NewIntentAsync(await cluster.BuildNetworkAsync());
        Cloud.Faults.HideNewFor(TimeSpan.FromMinutes(30), "instance");
        Cloud.Faults.FailNext("CreateFleet", "InternalError", 500, afterEffect: true);

        var node = await new FleetLauncher(cluster.Clients).LaunchAsync(intent, Token);

        cluster.Wire.Calls.Count(c => c == "CreateFleet").ShouldBe(2);
        Cloud.Instances.ShouldHaveSingleItem().InstanceId.ShouldBe(node.InstanceId);
    }

    [Fact]
    public async Task A_launch_repeated_by_a_new_process_while_the_node_is_not_visible_finds_the_same_node()
    {
        using var cluster = await ClusterAsync();
        var intent = await cluster.NewIntentAsync(await cluster.BuildNetworkAsync());
        Cloud.Faults.HideNewFor(TimeSpan.FromMinutes(30), "instance");
        var node = await new FleetLauncher(cluster.Clients).LaunchAsync(intent, Token);

        using var later = await ClusterAsync(cluster.Owner);
        var again = await new FleetLauncher(later.Clients).LaunchAsync(intent, Token);

        again.InstanceId.ShouldBe(node.InstanceId);
        Cloud.Instances.Count.ShouldBe(1);
    }

    [Fact]
    public async Task A_changed_intent_under_a_used_attempt_finds_the_node_of_the_first_as_soon_as_it_is_visible()
    {
        using var cluster = await ClusterAsync();
        var intent = await cluster.NewIntentAsync(await cluster.BuildNetworkAsync());
        FleetLauncher launcher = new(cluster.Clients);
        Cloud.Faults.HideNewFor(TimeSpan.FromSeconds(40), "instance");
        var node = await launcher.LaunchAsync(intent, Token);

        var found = await launcher.LaunchAsync(intent with { MaxHourlyPrice = 0.4m }, Token);

        found.Adopted.ShouldBeTrue();
        found.InstanceId.ShouldBe(node.InstanceId);
        Cloud.Instances.Count.ShouldBe(1);
    }

    [Fact]
    public async Task A_template_version_swept_away_during_the_launch_is_made_once_more()
    {
        using var cluster = await ClusterAsync();
        using var sweeper = await ClusterAsync(cluster.Owner);
        var intent = await cluster.NewIntentAsync(await cluster.BuildNetworkAsync());
        var swept = false;
        cluster.Wire.BreakWrites(
            (call, _) =>
            {
                if (call == "CreateFleet" && !swept)
                {
                    swept = true;
                    Sweep(sweeper, intent.Id);
                }

                return WireFault.None;
            }
        );

        await new FleetLauncher(cluster.Clients).LaunchAsync(intent, Token);

        cluster.Wire.Calls.Count(c => c == "CreateLaunchTemplateVersion").ShouldBe(2);
        Cloud.Instances.Count.ShouldBe(1);
    }

    [Fact]
    public async Task A_node_can_be_ended_before_ec2_shows_it()
    {
        using var cluster = await ClusterAsync();
        var intent = await cluster.NewIntentAsync(await cluster.BuildNetworkAsync());
        Cloud.Faults.HideNewFor(TimeSpan.FromSeconds(40), "instance");
        var node = await new FleetLauncher(cluster.Clients).LaunchAsync(intent, Token);
        ClusterInstances instances = new(cluster.Clients, cluster.Owner, WireCluster.Region);

        await instances.TerminateAsync([node.InstanceId], Token);
        (await instances.WaitForTerminatedAsync([node.InstanceId], TimeSpan.FromMinutes(5), Token)).ShouldBeTrue();

        Cloud.Instances.ShouldHaveSingleItem().State.ShouldBe("terminated");
    }

    [Fact]
    public async Task A_changed_intent_under_a_used_attempt_is_refused_and_rents_nothing()
    {
        using var cluster = await ClusterAsync();
        var intent = await cluster.NewIntentAsync(await cluster.BuildNetworkAsync());
        FleetLauncher launcher = new(cluster.Clients);
        Cloud.Faults.HideNewFor(TimeSpan.FromMinutes(30), "instance");
        await launcher.LaunchAsync(intent, Token);

        var refused = await Should.ThrowAsync<AwsCallException>(() =>
            launcher.LaunchAsync(intent with { MaxHourlyPrice = 0.4m })
        );

        refused.Kind.ShouldBe(AwsErrorKind.TokenConflict);
        refused.Remedy.ShouldContain("attempt");
        Cloud.Instances.Count.ShouldBe(1);
    }

    [Fact]
    public async Task An_attempt_whose_node_has_ended_is_spent_and_the_next_one_is_not()
    {
        using var cluster = await ClusterAsync();
        var intent = await cluster.NewIntentAsync(await cluster.BuildNetworkAsync());
        FleetLauncher launcher = new(cluster.Clients);
        var node = await launcher.LaunchAsync(intent, Token);
        ClusterInstances instances = new(cluster.Clients, cluster.Owner, WireCluster.Region);
        await instances.TerminateAsync([node.InstanceId], Token);
        await instances.WaitForTerminatedAsync([node.InstanceId], TimeSpan.FromMinutes(5), Token);

        var spent = await Should.ThrowAsync<AttemptSpentException>(() => launcher.LaunchAsync(intent));
        spent.InstanceId.ShouldBe(node.InstanceId);
        (await cluster.ScanAsync()).Resources.ShouldNotContain(r => r.Kind == OwnedResourceKind.LaunchTemplateVersion);
        var next = await launcher.LaunchAsync(intent with { Attempt = 2 }, Token);

        next.InstanceId.ShouldNotBe(node.InstanceId);
        (await cluster.AliveAsync()).Count.ShouldBe(1);
    }

    [Fact]
    public async Task A_spent_attempt_at_the_lighthouse_is_refused_too()
    {
        using var cluster = await ClusterAsync();
        var network = await cluster.BuildNetworkAsync();
        var lighthouse = await cluster.BuildLighthouseAsync(network);
        ClusterInstances instances = new(cluster.Clients, cluster.Owner, WireCluster.Region);
        await instances.TerminateAsync([lighthouse.InstanceId], Token);
        await instances.WaitForTerminatedAsync([lighthouse.InstanceId], TimeSpan.FromMinutes(5), Token);

        await Should.ThrowAsync<AttemptSpentException>(() => cluster.BuildLighthouseAsync(network));
    }

    [Fact]
    public async Task What_ec2_does_not_show_for_some_seconds_is_waited_for()
    {
        using var cluster = await ClusterAsync();
        await cluster.Clients.ReadAccountIdAsync(Token);
        Cloud.Faults.HideNewFor(TimeSpan.FromSeconds(5));

        var network = await cluster.BuildNetworkAsync();
        await cluster.BuildLighthouseAsync(network);
        await new FleetLauncher(cluster.Clients).LaunchAsync(await cluster.NewIntentAsync(network), Token);

        Cloud.Faults.HideNewFor(TimeSpan.Zero);
        (await cluster.AliveAsync()).Count.ShouldBe(2);
        (await cluster.TearDownAsync()).IsComplete.ShouldBeTrue();
    }

    /// <summary>Another process at work while this one is in the middle of a call, so it cannot be awaited.</summary>
    private static void Sweep(WireCluster sweeper, string intentId) =>
        new NodeTemplate(sweeper.Clients, sweeper.Owner, WireCluster.Region)
            .DeleteVersionsAsync(intentId, Token)
            .GetAwaiter()
            .GetResult();
}

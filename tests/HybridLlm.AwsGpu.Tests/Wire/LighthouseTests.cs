using HybridLlm.AwsGpu.Fleets;
using HybridLlm.AwsGpu.Networking;

namespace HybridLlm.AwsGpu.Tests.Wire;

/// <summary>A lighthouse that hangs, ends or is cut off half-way comes back under its address, and there are never two.</summary>
public sealed class LighthouseTests : EmulatorTest
{
    [Fact]
    public async Task One_that_hangs_is_replaced_when_its_checks_go_on_failing_and_not_before()
    {
        using var cluster = await ClusterAsync();
        var network = await cluster.BuildNetworkAsync();
        var first = await cluster.BuildLighthouseAsync(network);
        await PassAsync(cluster, TimeSpan.FromMinutes(10));
        Clock.Speed = 0;
        Cloud.Impair(first.InstanceId);
        Clock.Advance(TimeSpan.FromMinutes(4));
        (await PlanAsync(cluster, network, attempt: 2)).Steps.ShouldBeEmpty();

        // A fault that passed leaves nothing behind: the count begins anew.
        Cloud.Impair(first.InstanceId, impaired: false);
        Clock.Advance(TimeSpan.FromMinutes(4));
        Cloud.Impair(first.InstanceId);
        Clock.Advance(TimeSpan.FromMinutes(4));
        (await PlanAsync(cluster, network, attempt: 2)).Steps.ShouldBeEmpty();
        Clock.Advance(TimeSpan.FromMinutes(1));
        (await ImpairedAsync(cluster)).ShouldBe([first.InstanceId]);
        Clock.Speed = 600;
        var second = await cluster.BuildLighthouseAsync(network, attempt: 2);

        second.InstanceId.ShouldNotBe(first.InstanceId);
        second.PublicIp.ShouldBe(first.PublicIp);
        (await cluster.AliveAsync()).ShouldHaveSingleItem().InstanceId.ShouldBe(second.InstanceId);
        (await PlanAsync(cluster, network, attempt: 3)).Steps.ShouldBeEmpty();
        (await ImpairedAsync(cluster)).ShouldBeEmpty();
    }

    [Fact]
    public async Task The_attempt_that_made_the_hanging_one_is_refused_before_anything_is_ended()
    {
        using var cluster = await ClusterAsync();
        var network = await cluster.BuildNetworkAsync();
        var first = await cluster.BuildLighthouseAsync(network);
        await PassAsync(cluster, TimeSpan.FromMinutes(10));
        Cloud.Impair(first.InstanceId);
        await PassAsync(cluster, TimeSpan.FromMinutes(6));

        var refused = await Should.ThrowAsync<InvalidSpecException>(() => cluster.BuildLighthouseAsync(network));

        refused.Faults.ShouldHaveSingleItem().ShouldContain("next number");
        (await cluster.AliveAsync()).ShouldHaveSingleItem().InstanceId.ShouldBe(first.InstanceId);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_crash_at_any_write_of_the_replacement_is_made_good_by_the_next_run(bool afterEffect)
    {
        for (var crashAt = 1; ; crashAt++)
        {
            using var cluster = await ClusterAsync();
            var network = await cluster.BuildNetworkAsync();
            var first = await cluster.BuildLighthouseAsync(network);
            await PassAsync(cluster, TimeSpan.FromMinutes(10));
            Cloud.Impair(first.InstanceId);
            await PassAsync(cluster, TimeSpan.FromMinutes(6));

            using var dying = await ClusterAsync(cluster.Owner);
            dying.Wire.DieAt(crashAt, afterEffect);
            var died = false;
            try
            {
                await dying.BuildLighthouseAsync(network, attempt: 2);
            }
            catch (ProcessDiedException)
            {
                died = true;
            }

            var second = await cluster.BuildLighthouseAsync(network, attempt: 2);

            (second.InstanceId == first.InstanceId).ShouldBeFalse();
            second.PublicIp.ShouldBe(first.PublicIp);
            (await cluster.AliveAsync())
                .ShouldHaveSingleItem($"write {crashAt}")
                .InstanceId.ShouldBe(second.InstanceId);
            (await cluster.TearDownAsync()).IsComplete.ShouldBeTrue();
            if (!died)
            {
                crashAt.ShouldBe(4, "ending, launching and associating are three writes");
                return;
            }
        }
    }

    private static async Task<LighthousePlan> PlanAsync(WireCluster cluster, Network network, int attempt) =>
        await new LighthouseProvisioner(cluster.Clients).PlanAsync(
            await cluster.LighthouseSpecAsync(network, attempt),
            Token
        );

    private static Task<IReadOnlyList<string>> ImpairedAsync(WireCluster cluster) =>
        new ClusterInstances(cluster.Clients, cluster.Owner, WireCluster.Region).ListImpairedAsync(
            TimeSpan.FromMinutes(5),
            Token
        );

    private static Task PassAsync(WireCluster cluster, TimeSpan time) => Task.Delay(time, cluster.Time, Token);
}

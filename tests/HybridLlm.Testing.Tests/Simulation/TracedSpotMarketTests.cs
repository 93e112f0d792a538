using Amazon.EC2;
using Amazon.EC2.Model;
using HybridLlm.Testing.Simulation.Replays;
using HybridLlm.Testing.Tests.Ec2;

namespace HybridLlm.Testing.Tests.Simulation;

public sealed class TracedSpotMarketTests : CloudTests
{
    private const string Zone = "us-east-2a";

    [Fact]
    public async Task Capacity_follows_the_trace_and_what_a_tick_takes_is_announced_two_minutes_before()
    {
        var subnet = (await MakeNetworkAsync()).Subnets[Zone];
        using var market = Play(0, 1, 0, 1);
        (await CodeOf(RunSpotAsync(subnet))).ShouldBe("InsufficientInstanceCapacity");
        Clock.Advance(TimeSpan.FromSeconds(600));

        var first = await RunSpotAsync(subnet);
        (await CodeOf(RunSpotAsync(subnet))).ShouldBe("InsufficientInstanceCapacity");
        Clock.Advance(TimeSpan.FromSeconds(479));
        (await RequestAsync(first)).ShouldBe("fulfilled");
        Clock.Advance(TimeSpan.FromSeconds(1));
        (await RequestAsync(first)).ShouldBe("marked-for-termination");
        (await SeeAsync(first.InstanceId)).State.Name.ShouldBe(InstanceStateName.Running);
        Clock.Advance(TimeSpan.FromSeconds(120));
        (await SeeAsync(first.InstanceId)).State.Name.ShouldBe(InstanceStateName.ShuttingDown);
        (await CodeOf(RunSpotAsync(subnet))).ShouldBe("InsufficientInstanceCapacity");
        Clock.Advance(TimeSpan.FromSeconds(600));

        await RunSpotAsync(subnet);
    }

    [Fact]
    public async Task The_youngest_goes_first_and_one_rented_within_the_notice_goes_without()
    {
        var subnet = (await MakeNetworkAsync()).Subnets[Zone];
        using var market = Play(2, 1, 1);
        var old = await RunSpotAsync(subnet);
        Clock.Advance(TimeSpan.FromSeconds(500));
        var young = await RunSpotAsync(subnet);

        Clock.Advance(TimeSpan.FromSeconds(100));

        (await SeeAsync(old.InstanceId)).State.Name.ShouldBe(InstanceStateName.Running);
        (await SeeAsync(young.InstanceId)).State.Name.ShouldBe(InstanceStateName.ShuttingDown);
    }

    [Fact]
    public void A_zone_the_emulator_does_not_have_is_refused() =>
        Should.Throw<ArgumentException>(() => TracedSpotMarket.Play(Cloud, [Trace("mars-1a", 1)], "g6.xlarge"));

    private TracedSpotMarket Play(params int?[] instances) =>
        TracedSpotMarket.Play(Cloud, [Trace(Zone, instances)], "g6.xlarge");

    private static SpotTrace Trace(string zone, params int?[] instances) =>
        new()
        {
            Zone = zone,
            Tick = TimeSpan.FromMinutes(10),
            Instances = instances,
        };

    private Task<Instance> RunSpotAsync(string subnet) =>
        RunAsync(r =>
        {
            AsSpot(r);
            r.SubnetId = subnet;
        });

    private async Task<string> RequestAsync(Instance instance) =>
        (
            await Ec2.DescribeSpotInstanceRequestsAsync(
                new() { SpotInstanceRequestIds = [instance.SpotInstanceRequestId] },
                Ct
            )
        )
            .SpotInstanceRequests.Single()
            .Status.Code;
}

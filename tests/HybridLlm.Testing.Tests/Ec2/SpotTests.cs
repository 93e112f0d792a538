using Amazon.EC2;
using Amazon.EC2.Model;

namespace HybridLlm.Testing.Tests.Ec2;

public sealed class SpotTests : CloudTests
{
    [Fact]
    public async Task A_spot_instance_has_its_request()
    {
        var launched = await RunAsync(r =>
        {
            AsSpot(r, "0.40");
            r.TagSpecifications = [new() { ResourceType = ResourceType.SpotInstancesRequest, Tags = [new("a", "b")] }];
        });
        var request = await RequestAsync(launched.SpotInstanceRequestId);
        (request.State.Value, request.Status.Code, request.Type.Value).ShouldBe(("active", "fulfilled", "one-time"));
        request.InstanceId.ShouldBe(launched.InstanceId);
        request.SpotPrice.ShouldBe("0.400000");
        request.LaunchedAvailabilityZone.ShouldBe("us-east-2a");
        request.Tags.Single().Value.ShouldBe("b");
    }

    [Fact]
    public async Task A_request_closes_when_its_instance_ends()
    {
        var launched = await RunAsync(r => AsSpot(r));
        await Ec2.TerminateInstancesAsync(new() { InstanceIds = [launched.InstanceId] }, Ct);
        Clock.Advance(TimeSpan.FromSeconds(30));
        var request = await RequestAsync(launched.SpotInstanceRequestId);
        (request.State.Value, request.Status.Code).ShouldBe(("closed", "instance-terminated-by-user"));
    }

    [Fact]
    public async Task Cancelling_a_request_leaves_its_instance_running()
    {
        var launched = await RunAsync(r => AsSpot(r));
        Clock.Advance(TimeSpan.FromSeconds(15));
        var cancelled = await Ec2.CancelSpotInstanceRequestsAsync(
            new() { SpotInstanceRequestIds = [launched.SpotInstanceRequestId] },
            Ct
        );
        cancelled.CancelledSpotInstanceRequests.Single().State.ShouldBe(CancelSpotInstanceRequestState.Cancelled);
        (await RequestAsync(launched.SpotInstanceRequestId)).Status.Code.ShouldBe(
            "request-canceled-and-instance-running"
        );
        (await SeeAsync(launched.InstanceId)).State.Name.ShouldBe(InstanceStateName.Running);
        await Ec2.TerminateInstancesAsync(new() { InstanceIds = [launched.InstanceId] }, Ct);
        Clock.Advance(TimeSpan.FromSeconds(30));
        var request = await RequestAsync(launched.SpotInstanceRequestId);
        (request.State.Value, request.Status.Code).ShouldBe(("cancelled", "instance-terminated-by-user"));
    }

    [Fact]
    public async Task An_interruption_is_announced_two_minutes_ahead()
    {
        var launched = await RunAsync(r => AsSpot(r));
        Clock.Advance(TimeSpan.FromMinutes(10));
        await Cloud.InterruptAsync(launched.InstanceId, withNotice: true);
        (await RequestAsync(launched.SpotInstanceRequestId)).Status.Code.ShouldBe("marked-for-termination");
        Clock.Advance(TimeSpan.FromSeconds(119));
        (await SeeAsync(launched.InstanceId)).State.Name.ShouldBe(InstanceStateName.Running);
        Clock.Advance(TimeSpan.FromSeconds(1));
        (await SeeAsync(launched.InstanceId)).State.Name.ShouldBe(InstanceStateName.ShuttingDown);
        Clock.Advance(TimeSpan.FromSeconds(30));
        var seen = await SeeAsync(launched.InstanceId);
        seen.State.Name.ShouldBe(InstanceStateName.Terminated);
        seen.StateReason.Code.ShouldBe("Server.SpotInstanceTermination");
        var request = await RequestAsync(launched.SpotInstanceRequestId);
        (request.State.Value, request.Status.Code).ShouldBe(("closed", "instance-terminated-no-capacity"));
    }

    [Fact]
    public async Task An_interruption_may_come_without_notice()
    {
        var launched = await RunAsync(r => AsSpot(r));
        Clock.Advance(TimeSpan.FromSeconds(15));
        await Cloud.InterruptAsync(launched.InstanceId, withNotice: false);
        (await SeeAsync(launched.InstanceId)).State.Name.ShouldBe(InstanceStateName.ShuttingDown);
        var twice = () => Cloud.InterruptAsync(launched.InstanceId, withNotice: false);
        await twice.ShouldThrowAsync<ArgumentException>();
    }

    [Fact]
    public async Task Only_spot_instances_are_interrupted()
    {
        var launched = await RunAsync();
        var interrupt = () => Cloud.InterruptAsync(launched.InstanceId, withNotice: true);
        await interrupt.ShouldThrowAsync<ArgumentException>();
        Should.Throw<ArgumentException>(() => Cloud.Rebalance(launched.InstanceId));
    }

    [Fact]
    public async Task A_one_time_spot_instance_cannot_be_stopped()
    {
        var launched = await RunAsync(r => AsSpot(r));
        Clock.Advance(TimeSpan.FromSeconds(15));
        var stop = Ec2.StopInstancesAsync(new() { InstanceIds = [launched.InstanceId] }, Ct);
        (await CodeOf(stop)).ShouldBe("UnsupportedOperation");
    }

    [Fact]
    public async Task A_spot_launch_below_the_price_is_refused()
    {
        (await CodeOf(RunAsync(r => AsSpot(r, "0.1")))).ShouldBe("SpotMaxPriceTooLow");
        (await CodeOf(RunAsync(r => AsSpot(r, "-1")))).ShouldBe("InvalidParameterValue");
    }

    private async Task<SpotInstanceRequest> RequestAsync(string id) =>
        (
            await Ec2.DescribeSpotInstanceRequestsAsync(new() { SpotInstanceRequestIds = [id] }, Ct)
        ).SpotInstanceRequests.Single();
}

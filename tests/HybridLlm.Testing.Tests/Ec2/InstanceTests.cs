using System.Text;
using Amazon.EC2;
using Amazon.EC2.Model;

namespace HybridLlm.Testing.Tests.Ec2;

public sealed class InstanceTests : CloudTests
{
    [Fact]
    public async Task An_instance_is_pending_then_running_after_the_boot_time()
    {
        var launched = await RunAsync();
        launched.State.Name.ShouldBe(InstanceStateName.Pending);
        Clock.Advance(TimeSpan.FromSeconds(14));
        (await SeeAsync(launched.InstanceId)).State.Name.ShouldBe(InstanceStateName.Pending);
        Clock.Advance(TimeSpan.FromSeconds(1));
        var running = await SeeAsync(launched.InstanceId);
        running.State.Name.ShouldBe(InstanceStateName.Running);
        running.LaunchTime.ShouldBe(Start.UtcDateTime);
        running.PrivateIpAddress.ShouldStartWith("10.20.0.");
        running.Placement.AvailabilityZone.ShouldBe("us-east-2a");
        running.Architecture.ShouldBe(ArchitectureValues.X86_64);
        running.InstanceLifecycle.ShouldBeNull();
    }

    [Fact]
    public async Task A_terminated_instance_stays_visible_for_an_hour_and_is_then_unknown()
    {
        var id = (await RunAsync()).InstanceId;
        Clock.Advance(TimeSpan.FromMinutes(1));
        var ended = await Ec2.TerminateInstancesAsync(new TerminateInstancesRequest { InstanceIds = [id] }, Ct);
        ended.TerminatingInstances.Single().PreviousState.Name.ShouldBe(InstanceStateName.Running);
        ended.TerminatingInstances.Single().CurrentState.Name.ShouldBe(InstanceStateName.ShuttingDown);
        Clock.Advance(TimeSpan.FromSeconds(30));
        var seen = await SeeAsync(id);
        seen.State.Name.ShouldBe(InstanceStateName.Terminated);
        seen.StateReason.Code.ShouldBe("Client.UserInitiatedShutdown");
        seen.PrivateIpAddress.ShouldBeNull();
        Clock.Advance(TimeSpan.FromMinutes(59));
        (await SeeAsync(id)).State.Name.ShouldBe(InstanceStateName.Terminated);
        Clock.Advance(TimeSpan.FromMinutes(1));
        (await CodeOf(SeeAsync(id))).ShouldBe("InvalidInstanceID.NotFound");
    }

    [Fact]
    public async Task User_data_comes_back_as_it_was_sent()
    {
        var sent = Convert.ToBase64String(Encoding.UTF8.GetBytes("#!/bin/sh\necho hello\n"));
        var id = (await RunAsync(r => r.UserData = sent)).InstanceId;
        var read = await Ec2.DescribeInstanceAttributeAsync(
            new DescribeInstanceAttributeRequest { InstanceId = id, Attribute = InstanceAttributeName.UserData },
            Ct
        );
        read.InstanceAttribute.UserData.ShouldBe(sent);
    }
}

using System.Text;
using Amazon.EC2;
using HybridLlm.Testing.Ec2;

namespace HybridLlm.Testing.Tests.Ec2;

public sealed class GuestTests : CloudTests
{
    private Func<InstanceGuest, CancellationToken, Task> _life = (_, _) => Task.CompletedTask;

    protected override void Configure(EmulatedCloudOptions options) =>
        options.Guest = machine => machine.Tags.ContainsKey("role") ? new Guest(this) : null;

    [Fact]
    public async Task A_guest_sees_its_machine()
    {
        TaskCompletionSource<InstanceGuest> started = new();
        _life = (machine, _) => Done(started, machine);
        var id = await BootAsync(r => r.UserData = Convert.ToBase64String("boot"u8));
        var machine = await started.Task.WaitAsync(Ct);
        machine.InstanceId.ShouldBe(id);
        (machine.InstanceType, machine.Architecture, machine.Region, machine.Zone).ShouldBe(
            ("g6.xlarge", "x86_64", "us-east-2", "us-east-2a")
        );
        Encoding.UTF8.GetString(machine.UserData.Span).ShouldBe("boot");
        machine.Tags["role"].ShouldBe("gpu");
        machine.PrivateIp.ShouldBe("10.20.0.4");
        machine.PublicIp.ShouldBeNull();
        machine.LaunchTime.ShouldBe(Start);
        machine.Time.ShouldBeSameAs(Clock);
        machine.Market.ShouldBe(Market.OnDemand);
        machine.ImageId.ShouldBe(await GpuImageAsync());
        machine.MetadataEndpoint.ShouldBe(new Uri(Cloud.Endpoint, $"imds/{id}/"));
        await Ec2.CreateTagsAsync(new() { Resources = [id], Tags = [new("later", "yes")] }, Ct);
        machine.Tags["later"].ShouldBe("yes");
    }

    [Fact]
    public async Task A_guest_starts_when_the_instance_runs_and_not_before()
    {
        TaskCompletionSource<DateTimeOffset> started = new();
        _life = (machine, _) => Done(started, machine.Time.GetUtcNow());
        await RunAsync(Tagged);
        Clock.Advance(TimeSpan.FromSeconds(14));
        started.Task.IsCompleted.ShouldBeFalse();
        Clock.Advance(TimeSpan.FromSeconds(1));
        (await started.Task.WaitAsync(Ct)).ShouldBe(Start + TimeSpan.FromSeconds(15));
    }

    [Theory]
    [InlineData("terminate", "shutting-down", "terminated")]
    [InlineData("stop", "stopping", "stopped")]
    public async Task Powering_off_from_inside_does_what_the_launch_said(string behavior, string first, string last)
    {
        TaskCompletionSource off = new();
        _life = async (machine, poweredOff) =>
        {
            await machine.PowerOffAsync();
            poweredOff.IsCancellationRequested.ShouldBeTrue();
            off.SetResult();
        };
        var id = await BootAsync(r => r.InstanceInitiatedShutdownBehavior = behavior);
        await off.Task.WaitAsync(Ct);
        Cloud.Instances.Single().State.ShouldBe(first);
        Clock.Advance(TimeSpan.FromSeconds(30));
        var seen = await SeeAsync(id);
        seen.State.Name.Value.ShouldBe(last);
        seen.StateReason.Code.ShouldBe("Client.InstanceInitiatedShutdown");
        Cloud.Instances.Single().GuestFailures.ShouldBeEmpty();
    }

    [Fact]
    public async Task Termination_takes_the_power()
    {
        TaskCompletionSource started = new();
        TaskCompletionSource ended = new();
        _life = async (machine, poweredOff) =>
        {
            started.SetResult();
            using var registration = poweredOff.Register(ended.SetResult);
            await Task.Delay(Timeout.InfiniteTimeSpan, machine.Time, poweredOff);
        };
        var id = await BootAsync();
        await started.Task.WaitAsync(Ct);
        await Ec2.TerminateInstancesAsync(new() { InstanceIds = [id] }, Ct);
        await ended.Task.WaitAsync(Ct);
        Cloud.Instances.Single().GuestFailures.ShouldBeEmpty();
    }

    [Fact]
    public async Task What_a_guest_throws_is_kept_and_the_machine_runs_on()
    {
        _life = (_, _) => throw new InvalidOperationException("bad user data");
        await BootAsync();
        await Cloud.DisposeAsync();
        var instance = Cloud.Instances.Single();
        instance.State.ShouldBe("running");
        instance.GuestFailures.Single().Message.ShouldBe("bad user data");
    }

    [Fact]
    public async Task A_guest_runs_again_after_a_stop_and_a_start()
    {
        var starts = 0;
        TaskCompletionSource off = new();
        TaskCompletionSource twice = new();
        _life = async (machine, _) =>
        {
            if (Interlocked.Increment(ref starts) == 2)
            {
                twice.SetResult();
                return;
            }

            await machine.PowerOffAsync();
            off.SetResult();
        };
        var id = await BootAsync(r => r.InstanceInitiatedShutdownBehavior = ShutdownBehavior.Stop);
        await off.Task.WaitAsync(Ct);
        Clock.Advance(TimeSpan.FromSeconds(30));
        await Ec2.StartInstancesAsync(new() { InstanceIds = [id] }, Ct);
        Clock.Advance(TimeSpan.FromSeconds(15));
        await twice.Task.WaitAsync(Ct);
    }

    [Fact]
    public async Task A_machine_without_the_role_idles()
    {
        _life = (_, _) => throw new InvalidOperationException("not for this machine");
        await RunAsync();
        Clock.Advance(TimeSpan.FromMinutes(5));
        Cloud.Instances.Single().State.ShouldBe("running");
        await Cloud.DisposeAsync();
        Cloud.Instances.Single().GuestFailures.ShouldBeEmpty();
    }

    private static Task Done<T>(TaskCompletionSource<T> source, T value)
    {
        source.SetResult(value);
        return Task.CompletedTask;
    }

    private static void Tagged(Amazon.EC2.Model.RunInstancesRequest request) =>
        request.TagSpecifications = [new() { ResourceType = ResourceType.Instance, Tags = [new("role", "gpu")] }];

    private async Task<string> BootAsync(Action<Amazon.EC2.Model.RunInstancesRequest>? change = null)
    {
        var launched = await RunAsync(r =>
        {
            Tagged(r);
            change?.Invoke(r);
        });
        Clock.Advance(TimeSpan.FromSeconds(15));
        return launched.InstanceId;
    }

    private sealed class Guest(GuestTests tests) : IInstanceGuest
    {
        public Task RunAsync(InstanceGuest instance, CancellationToken poweredOff) => tests._life(instance, poweredOff);
    }
}

using Amazon.EC2.Model;
using HybridLlm.Testing.Ec2;

namespace HybridLlm.Testing.Tests.Ec2;

public sealed class FaultTests : CloudTests
{
    private static readonly CreateVpcRequest s_vpc = new() { CidrBlock = "10.20.0.0/16" };

    [Fact]
    public async Task A_planned_failure_before_the_effect_does_nothing_so_many_times()
    {
        Cloud.Faults.FailNext("CreateVpc", "UnauthorizedOperation", 403, count: 2);
        (await CodeOf(Ec2.CreateVpcAsync(s_vpc, Ct))).ShouldBe("UnauthorizedOperation");
        await Ec2.DescribeVpcsAsync(new(), Ct);
        (await CodeOf(Ec2.CreateVpcAsync(s_vpc, Ct))).ShouldBe("UnauthorizedOperation");
        Cloud.Snapshot().ShouldBeEmpty();
        await Ec2.CreateVpcAsync(s_vpc, Ct);
        Cloud
            .Calls.Select(c => (c.Action, c.Status, c.IsWrite))
            .ShouldBe([
                ("CreateVpc", 403, true),
                ("DescribeVpcs", 200, false),
                ("CreateVpc", 403, true),
                ("CreateVpc", 200, true),
            ]);
    }

    [Fact]
    public async Task A_lost_reply_leaves_the_effect_and_the_sdk_s_retry_finds_it_by_its_token()
    {
        var network = await MakeNetworkAsync();
        Cloud.Faults.FailNext("RunInstances", "InternalError", 500, afterEffect: true);
        var ec2 = Ec2In(Home, retries: 2);
        var answer = await ec2.RunInstancesAsync(
            new()
            {
                ImageId = await GpuImageAsync(),
                InstanceType = "g6.xlarge",
                MinCount = 1,
                MaxCount = 1,
                SubnetId = network.Subnets["us-east-2a"],
            },
            Ct
        );
        Cloud.Instances.Single().InstanceId.ShouldBe(answer.Reservation.Instances.Single().InstanceId);
        Cloud.Calls.Where(c => c.Action == "RunInstances").Select(c => c.Status).ShouldBe([500, 200]);
    }

    [Fact]
    public async Task A_call_that_fails_by_itself_does_not_use_up_a_lost_reply()
    {
        Cloud.Faults.FailNext("CreateVpc", "InternalError", 500, afterEffect: true);
        (await CodeOf(Ec2.CreateVpcAsync(new CreateVpcRequest { CidrBlock = "x" }, Ct))).ShouldBe(
            "InvalidParameterValue"
        );
        (await CodeOf(Ec2.CreateVpcAsync(s_vpc, Ct))).ShouldBe("InternalError");
        Cloud.Snapshot().ShouldNotBeEmpty();
    }

    [Fact]
    public async Task Throttling_refills_with_time()
    {
        Cloud.Faults.Throttle(EmulatedFaults.AnyAction, callsPerSecond: 0.5, burst: 2);
        await Ec2.DescribeVpcsAsync(new(), Ct);
        await Ec2.DescribeSubnetsAsync(new(), Ct);
        (await CodeOf(Ec2.DescribeVpcsAsync(new(), Ct))).ShouldBe("RequestLimitExceeded");
        Clock.Advance(TimeSpan.FromSeconds(2));
        await Ec2.DescribeVpcsAsync(new(), Ct);
        (await CodeOf(Ec2.DescribeVpcsAsync(new(), Ct))).ShouldBe("RequestLimitExceeded");
    }

    [Fact]
    public async Task New_ids_are_unknown_for_a_while()
    {
        var network = await MakeNetworkAsync();
        Cloud.Faults.HideNewFor(TimeSpan.FromSeconds(5), "instance");
        var id = (await RunAsync(r => r.SubnetId = network.Subnets["us-east-2a"])).InstanceId;
        (await CodeOf(SeeAsync(id))).ShouldBe("InvalidInstanceID.NotFound");
        ((await Ec2.DescribeInstancesAsync(new(), Ct)).Reservations ?? []).ShouldBeEmpty();
        var tag = Ec2.CreateTagsAsync(new() { Resources = [id], Tags = [new("a", "b")] }, Ct);
        (await CodeOf(tag)).ShouldBe("InvalidInstanceID.NotFound");
        Cloud.Instances.Count.ShouldBe(1);
        Clock.Advance(TimeSpan.FromSeconds(5));
        (await SeeAsync(id)).InstanceId.ShouldBe(id);
        Cloud.Faults.HideNewFor(TimeSpan.FromSeconds(5));
        await Ec2.CreateVpcAsync(new CreateVpcRequest { CidrBlock = "10.30.0.0/16" }, Ct);
        (await Ec2.DescribeVpcsAsync(new(), Ct)).Vpcs.Count.ShouldBe(1);
    }

    [Fact]
    public async Task A_snapshot_shows_what_exists_with_its_tags()
    {
        var network = await MakeNetworkAsync();
        var id = (await RunAsync(r => AsSpot(r).SubnetId = network.Subnets["us-east-2a"])).InstanceId;
        await Ec2.CreateTagsAsync(new() { Resources = [id], Tags = [new("owner", "me")] }, Ct);
        var mine = Cloud.Snapshot().Single(r => r.Tags.ContainsKey("owner"));
        (mine.Service, mine.Region, mine.Type, mine.Id, mine.State).ShouldBe(("ec2", Home, "instance", id, "pending"));
        Cloud
            .Snapshot()
            .Select(r => r.Type)
            .Distinct()
            .Order()
            .ShouldBe([
                "instance",
                "network-interface",
                "route-table",
                "security-group",
                "security-group-rule",
                "spot-instances-request",
                "subnet",
                "volume",
                "vpc",
            ]);
        await Ec2.TerminateInstancesAsync(new() { InstanceIds = [id] }, Ct);
        Clock.Advance(TimeSpan.FromSeconds(30));
        Cloud.Snapshot().ShouldNotContain(r => r.Tags.ContainsKey("owner"));
    }

    [Fact]
    public void Nonsense_is_refused_by_the_controls()
    {
        Should.Throw<ArgumentException>(() => Cloud.Capacity.Set("p9.huge", "us-east-2a", Market.Spot, 1));
        Should.Throw<ArgumentException>(() => Cloud.Capacity.Set("g6.xlarge", "us-east-2z", Market.Spot, 1));
        Should.Throw<ArgumentException>(() => Cloud.Prices.Spot("g6.xlarge", "us-east-1e"));
        Should.Throw<ArgumentException>(() => Cloud.Prices.SetSpot("g6.xlarge", "us-east-1e", 1));
        Should.Throw<ArgumentException>(() => Cloud.Prices.OnDemand("g6.xlarge", "eu-west-1"));
        Should.Throw<ArgumentException>(() => Cloud.Faults.FailNext("CreateVpc", "", 500));
        Should.Throw<ArgumentException>(() => Cloud.IdentityCertificate("mars-north-1"));
    }
}

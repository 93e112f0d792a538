using Amazon.EC2;
using Amazon.EC2.Model;
using HybridLlm.AwsGpu.Fleets;
using HybridLlm.AwsGpu.Networking;
using HybridLlm.AwsGpu.Teardown;

namespace HybridLlm.AwsGpu.Tests.Wire;

/// <summary>Tags on everything, and teardowns that meet what they may not touch or may not see.</summary>
public sealed class TrespassTests : EmulatorTest
{
    [Fact]
    public async Task Everything_made_carries_the_owner_from_the_first_moment()
    {
        using var cluster = await ClusterAsync();
        await new OwnedResourceScanner(cluster.Clients).ScanAsync(
            cluster.Owner,
            [WireCluster.Region],
            cancellationToken: Token
        );
        var before = Cloud.Snapshot().Select(r => r.Id).ToHashSet();
        var network = await cluster.BuildNetworkAsync();
        await cluster.BuildBucketAsync();
        await cluster.BuildLighthouseAsync(network);
        await new FleetLauncher(cluster.Clients).LaunchAsync(await cluster.NewIntentAsync(network), Token);

        var made = Cloud.Snapshot().Where(r => !before.Contains(r.Id)).ToList();
        var owned = made.Where(r => cluster.Owner.Owns(r.Tags)).ToList();

        // EC2 makes these with a VPC, lets nobody tag them at creation, and takes them with it.
        made.Except(owned)
            .Select(r => r.Type)
            .Distinct()
            .ShouldBeSubsetOf(["route-table", "security-group", "security-group-rule", "network-acl"]);
        cluster.Wire.Writes.ShouldNotContain("CreateTags");
        owned.ShouldAllBe(r =>
            r.Tags.ContainsKey(ResourceTags.Component)
            && r.Tags.ContainsKey(ResourceTags.Plan)
            && r.Tags.ContainsKey(ResourceTags.Expires)
        );
        (await cluster.ScanAsync())
            .Resources.Select(r => r.Id)
            .ShouldBe(owned.Where(r => r.Type != "security-group-rule").Select(r => r.Id), ignoreOrder: true);
    }

    [Fact]
    public async Task Writes_counted_under_the_sdk_are_those_the_cloud_saw()
    {
        using var cluster = await ClusterAsync();
        await cluster.BuildNetworkAsync();
        await cluster.BuildBucketAsync();
        await cluster.TearDownAsync();

        cluster.Wire.Writes.Count.ShouldBe(Cloud.Calls.Count(c => c.IsWrite));
        cluster.Wire.Calls.Count.ShouldBe(Cloud.Calls.Count);
    }

    [Fact]
    public async Task What_a_stranger_put_into_our_network_blocks_and_is_reported_and_not_touched()
    {
        using var cluster = await ClusterAsync();
        var network = await cluster.BuildNetworkAsync();
        var theirs = await RunStrangerAsync(cluster, network);
        List<TeardownEvent> events = [];

        var report = await new ClusterTeardown(cluster.Clients).RunAsync(
            cluster.Owner,
            TeardownScope.Everything,
            [WireCluster.Region],
            patience: TimeSpan.FromSeconds(30),
            progress: new Collecting(events),
            cancellationToken: Token
        );

        report.IsComplete.ShouldBeFalse();
        report
            .StillThere.Select(r => (r.Resource.Kind, r.Reason))
            .ShouldBe([
                (OwnedResourceKind.SecurityGroup, "DependencyViolation"),
                (OwnedResourceKind.Subnet, "DependencyViolation"),
                (OwnedResourceKind.Vpc, "DependencyViolation"),
            ]);
        report.UsdPerMonth.ShouldBe(0);
        events.ShouldContain(e => e.BlockedBy == "DependencyViolation");
        Cloud.Instances.ShouldHaveSingleItem().State.ShouldBe("running");

        await cluster
            .Clients.Ec2(WireCluster.Region)
            .TerminateInstancesAsync(new TerminateInstancesRequest { InstanceIds = [theirs] }, Token);
        (await cluster.TearDownAsync()).IsComplete.ShouldBeTrue();
    }

    [Fact]
    public async Task A_region_that_may_not_be_read_is_named()
    {
        using var cluster = await ClusterAsync();
        Cloud.Faults.FailNext("DescribeSnapshots", "UnauthorizedOperation", 403);

        var report = await cluster.TearDownAsync();

        report.Unread.ShouldHaveSingleItem().ShouldBe(new UnreadRegion(WireCluster.Region, "UnauthorizedOperation"));
        report.IsComplete.ShouldBeFalse();
    }

    [Fact]
    public async Task A_refusal_for_want_of_permission_is_not_waited_for()
    {
        using var cluster = await ClusterAsync();
        var network = await cluster.BuildNetworkAsync();
        await cluster.BuildLighthouseAsync(network);
        Cloud.Faults.FailNext("ReleaseAddress", "UnauthorizedOperation", 403, count: 9);
        var start = cluster.Time.GetUtcNow();

        var report = await cluster.TearDownAsync();

        var left = report.StillThere.ShouldHaveSingleItem();
        left.Resource.Kind.ShouldBe(OwnedResourceKind.Address);
        left.Reason.ShouldBe("UnauthorizedOperation");
        report.UsdPerMonth.ShouldBe(3.65m);
        (cluster.Time.GetUtcNow() - start).ShouldBeLessThan(ClusterTeardown.DefaultPatience);
    }

    private static async Task<string> RunStrangerAsync(WireCluster cluster, Network network)
    {
        var image = await new AmiResolver(cluster.Clients).ResolveAsync(
            WireCluster.Region,
            AmiQuery.Lighthouse(CpuArchitecture.Arm64)
        );
        var answer = await cluster
            .Clients.Ec2(WireCluster.Region)
            .RunInstancesAsync(
                new RunInstancesRequest
                {
                    ImageId = image.Id,
                    InstanceType = InstanceType.T4gNano,
                    MinCount = 1,
                    MaxCount = 1,
                    SubnetId = network.Subnets[0].Id,
                    SecurityGroupIds = [network.NodeSecurityGroupId],
                }
            );
        return answer.Reservation.Instances[0].InstanceId;
    }

    private sealed class Collecting(List<TeardownEvent> events) : IProgress<TeardownEvent>
    {
        public void Report(TeardownEvent value)
        {
            lock (events)
            {
                events.Add(value);
            }
        }
    }
}

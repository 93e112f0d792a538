using Amazon.EC2.Model;
using HybridLlm.AwsGpu.Fleets;
using HybridLlm.AwsGpu.Leases;

namespace HybridLlm.AwsGpu.Tests.Wire;

/// <summary>Launch, lease and end of a GPU node.</summary>
public abstract class NodeSuite(IWireBackend backend) : WireSuite(backend)
{
    [Fact]
    public async Task A_node_carries_its_intent_its_lease_and_its_end_from_the_first_moment()
    {
        using var cluster = await ClusterAsync();
        var intent = await cluster.NewIntentAsync(await cluster.BuildNetworkAsync());
        var node = await new FleetLauncher(cluster.Clients).LaunchAsync(intent, Token);

        node.Adopted.ShouldBeFalse();
        intent.Pools.ShouldContain(p => p.ZoneId == node.ZoneId && p.InstanceType == node.InstanceType);
        var status = (await cluster.AliveAsync()).ShouldHaveSingleItem();
        status.InstanceId.ShouldBe(node.InstanceId);
        status.Component.ShouldBe(ResourceComponents.Node);
        status.IntentId.ShouldBe(intent.Id);
        status.ImageId.ShouldBe(intent.Image.Id);
        status.LeaseUntil.ShouldBe(Seconds(intent.LeaseUntil));
        status.ExpiresAt.ShouldBe(Seconds(intent.ExpiresAt));
    }

    [Fact]
    public async Task A_node_boots_the_user_data_of_its_intent()
    {
        using var cluster = await ClusterAsync();
        var node = await new FleetLauncher(cluster.Clients).LaunchAsync(
            await cluster.NewIntentAsync(await cluster.BuildNetworkAsync()),
            Token
        );

        var attribute = await cluster
            .Clients.Ec2(WireCluster.Region)
            .DescribeInstanceAttributeAsync(
                new DescribeInstanceAttributeRequest { InstanceId = node.InstanceId, Attribute = "userData" },
                Token
            );

        Convert.FromBase64String(attribute.InstanceAttribute.UserData).ShouldBe(WireCluster.Script);
    }

    [Fact]
    public async Task An_intent_launched_twice_has_one_node_and_the_second_time_writes_nothing()
    {
        using var cluster = await ClusterAsync();
        var intent = await cluster.NewIntentAsync(await cluster.BuildNetworkAsync());
        var first = await new FleetLauncher(cluster.Clients).LaunchAsync(intent, Token);

        using var later = await ClusterAsync(cluster.Owner);
        var second = await new FleetLauncher(later.Clients).LaunchAsync(intent, Token);

        second.ShouldBe(first with { Adopted = true, PoolErrors = second.PoolErrors });
        later.Wire.Writes.ShouldBeEmpty();
        (await cluster.AliveAsync()).Count.ShouldBe(1);
    }

    [Fact]
    public async Task A_lost_answer_to_the_launch_does_not_launch_twice()
    {
        using var cluster = await ClusterAsync();
        var intent = await cluster.NewIntentAsync(await cluster.BuildNetworkAsync());
        var lost = 0;
        cluster.Wire.BreakWrites(
            (call, _) => call == "CreateFleet" && lost++ == 0 ? WireFault.AnswerLost : WireFault.None
        );

        var node = await new FleetLauncher(cluster.Clients).LaunchAsync(intent, Token);

        lost.ShouldBe(1);
        (await cluster.AliveAsync()).ShouldHaveSingleItem().InstanceId.ShouldBe(node.InstanceId);
    }

    [Fact]
    public async Task A_launch_that_never_reached_aws_is_sent_again()
    {
        using var cluster = await ClusterAsync();
        var intent = await cluster.NewIntentAsync(await cluster.BuildNetworkAsync());
        var cut = 0;
        cluster.Wire.BreakWrites(
            (call, _) => call == "CreateFleet" && cut++ < 2 ? WireFault.NeverSent : WireFault.None
        );

        await new FleetLauncher(cluster.Clients).LaunchAsync(intent, Token);

        cut.ShouldBe(3);
        (await cluster.AliveAsync()).Count.ShouldBe(1);
    }

    [Fact]
    public async Task A_lease_is_renewed_when_due_and_kept_longer_on_purpose()
    {
        using var cluster = await ClusterAsync();
        var now = cluster.Time.GetUtcNow();
        var intent = await cluster.NewIntentAsync(await cluster.BuildNetworkAsync()) with
        {
            LeaseUntil = now.AddMinutes(-1),
            ExpiresAt = now.AddHours(8),
        };
        await new FleetLauncher(cluster.Clients).LaunchAsync(intent, Token);
        LeaseKeeper keeper = new(cluster.Clients, WireCluster.Region);

        var renewed = await keeper.RenewIfDueAsync((await cluster.AliveAsync())[0], Token);
        (await cluster.AliveAsync())[0].LeaseUntil.ShouldBe(Seconds(renewed));
        renewed.ShouldBeGreaterThan(now.AddMinutes(9));

        var kept = await keeper.KeepForAsync((await cluster.AliveAsync())[0], TimeSpan.FromHours(24), Token);
        Seconds(kept).ShouldBe(Seconds(intent.ExpiresAt));
        cluster.Wire.Forget();
        await keeper.RenewIfDueAsync((await cluster.AliveAsync())[0], Token);
        await keeper.KeepForAsync((await cluster.AliveAsync())[0], TimeSpan.FromHours(1), Token);
        cluster.Wire.Writes.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_node_is_ended_by_its_owner_only()
    {
        using var cluster = await ClusterAsync();
        using var stranger = await ClusterAsync(WireCluster.NewOwner(cluster.Owner.Cluster));
        var node = await new FleetLauncher(cluster.Clients).LaunchAsync(
            await cluster.NewIntentAsync(await cluster.BuildNetworkAsync()),
            Token
        );

        await new ClusterInstances(stranger.Clients, stranger.Owner, WireCluster.Region).TerminateAsync(
            [node.InstanceId],
            Token
        );
        (await cluster.AliveAsync()).Count.ShouldBe(1);

        ClusterInstances instances = new(cluster.Clients, cluster.Owner, WireCluster.Region);
        await instances.TerminateAsync([node.InstanceId], Token);
        (await instances.WaitForTerminatedAsync([node.InstanceId], TimeSpan.FromMinutes(5), Token)).ShouldBeTrue();
        cluster.Wire.Forget();
        await instances.TerminateAsync([node.InstanceId], Token);
        cluster.Wire.Writes.ShouldBeEmpty();
    }

    [Fact]
    public async Task User_data_in_a_template_does_not_outlive_the_launch()
    {
        Needs(Behaviour.TemplateVersionDeletion);
        using var cluster = await ClusterAsync();
        var intent = await cluster.NewIntentAsync(await cluster.BuildNetworkAsync());
        await new FleetLauncher(cluster.Clients).LaunchAsync(intent, Token);

        var versions = await cluster
            .Clients.Ec2(WireCluster.Region)
            .DescribeLaunchTemplateVersionsAsync(
                new DescribeLaunchTemplateVersionsRequest
                {
                    LaunchTemplateName = new NodeTemplate(cluster.Clients, cluster.Owner, WireCluster.Region).Name,
                },
                Token
            );

        var version = versions.LaunchTemplateVersions.ShouldHaveSingleItem();
        version.DefaultVersion.ShouldBe(true);
        version.LaunchTemplateData.UserData.ShouldBeNullOrEmpty();
        version.LaunchTemplateData.InstanceInitiatedShutdownBehavior.Value.ShouldBe("terminate");
    }

    [Fact]
    public async Task Metadata_needs_a_token_stays_on_the_instance_and_serves_the_lease()
    {
        Needs(Behaviour.MetadataOptionsFromTemplate);
        using var cluster = await ClusterAsync();
        var node = await new FleetLauncher(cluster.Clients).LaunchAsync(
            await cluster.NewIntentAsync(await cluster.BuildNetworkAsync()),
            Token
        );

        var answer = await cluster
            .Clients.Ec2(WireCluster.Region)
            .DescribeInstancesAsync(new DescribeInstancesRequest { InstanceIds = [node.InstanceId] }, Token);

        var metadata = answer.Reservations[0].Instances[0].MetadataOptions;
        metadata.HttpTokens.Value.ShouldBe("required");
        metadata.HttpPutResponseHopLimit.ShouldBe(1);
        metadata.InstanceMetadataTags.Value.ShouldBe("enabled");
    }

    private static DateTimeOffset? Seconds(DateTimeOffset instant) => ResourceTags.Parse(ResourceTags.Format(instant));
}

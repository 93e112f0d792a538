using Amazon.EC2.Model;
using HybridLlm.AwsGpu.Fleets;
using HybridLlm.AwsGpu.Observing;
using HybridLlm.AwsGpu.Offerings;
using HybridLlm.AwsGpu.Teardown;

namespace HybridLlm.AwsGpu.Tests.Wire;

/// <summary>What is there against what is known, and what a launch may ask for besides spot.</summary>
public abstract class ObserverSuite(IWireBackend backend) : WireSuite(backend)
{
    [Fact]
    public async Task A_known_node_stays_and_a_forgotten_one_past_its_lease_is_ended()
    {
        using var cluster = await ClusterAsync();
        var network = await cluster.BuildNetworkAsync();
        FleetLauncher launcher = new(cluster.Clients);
        var known = await cluster.NewIntentAsync(network) with { LeaseUntil = cluster.Time.GetUtcNow().AddHours(7) };
        var forgotten = await cluster.NewIntentAsync(network, "intent-2") with
        {
            LeaseUntil = cluster.Time.GetUtcNow().AddMinutes(-3),
        };
        var kept = await launcher.LaunchAsync(known, Token);
        var lost = await launcher.LaunchAsync(forgotten, Token);
        ClusterObserver observer = new(cluster.Clients, cluster.Owner, WireCluster.Region);

        var ended = await observer.CollectGarbageAsync([new(known.Id, kept.InstanceId)], Token);
        ended.ShouldHaveSingleItem().InstanceId.ShouldBe(lost.InstanceId);
        (await cluster.AliveAsync()).ShouldHaveSingleItem().InstanceId.ShouldBe(kept.InstanceId);

        cluster.Wire.Forget();
        (await observer.CollectGarbageAsync([new(known.Id, kept.InstanceId)], Token)).ShouldBeEmpty();
        cluster.Wire.Writes.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_security_group_somebody_opened_is_drift_until_the_next_apply()
    {
        using var cluster = await ClusterAsync();
        var network = await cluster.BuildNetworkAsync();
        await cluster
            .Clients.Ec2(WireCluster.Region)
            .AuthorizeSecurityGroupIngressAsync(
                new AuthorizeSecurityGroupIngressRequest
                {
                    GroupId = network.NodeSecurityGroupId,
                    IpPermissions =
                    [
                        new IpPermission
                        {
                            IpProtocol = "tcp",
                            FromPort = 22,
                            ToPort = 22,
                            Ipv4Ranges = [new IpRange { CidrIp = "0.0.0.0/0" }],
                        },
                    ],
                },
                Token
            );
        ClusterObserver observer = new(cluster.Clients, cluster.Owner, WireCluster.Region);

        var drift = DriftPlanner.Compare(
            [],
            await observer.ObserveAsync(cluster.NetworkSpec, cancellationToken: Token)
        );
        drift.ShouldHaveSingleItem().Subject.ShouldBe("RevokeRule gpu-node inbound tcp 22 0.0.0.0/0");

        await cluster.BuildNetworkAsync();
        DriftPlanner
            .Compare([], await observer.ObserveAsync(cluster.NetworkSpec, cancellationToken: Token))
            .ShouldBeEmpty();
    }

    [Fact]
    public async Task A_node_is_bought_on_demand_when_the_intent_says_so()
    {
        using var cluster = await ClusterAsync();
        var intent = await cluster.NewIntentAsync(await cluster.BuildNetworkAsync()) with
        {
            Market = InstanceMarket.OnDemand,
        };
        var node = await new FleetLauncher(cluster.Clients).LaunchAsync(intent, Token);

        node.Market.ShouldBe(InstanceMarket.OnDemand);
        (await cluster.AliveAsync()).ShouldHaveSingleItem().Market.ShouldBe(InstanceMarket.OnDemand);
    }

    [Fact]
    public async Task User_data_in_the_request_reaches_the_node_and_never_a_template()
    {
        Needs(Behaviour.UserDataInFleetRequest);
        using var cluster = await ClusterAsync();
        var network = await cluster.BuildNetworkAsync();
        FleetLauncher launcher = new(cluster.Clients);
        var first = await cluster.NewIntentAsync(network) with { UserDataInRequest = true };
        var second = await cluster.NewIntentAsync(network, "intent-2") with
        {
            UserDataInRequest = true,
            UserData = "#!/bin/sh\nexit 1\n"u8.ToArray(),
        };
        var nodes = new[] { await launcher.LaunchAsync(first, Token), await launcher.LaunchAsync(second, Token) };

        var ec2 = cluster.Clients.Ec2(WireCluster.Region);
        foreach (var (node, intent) in nodes.Zip([first, second]))
        {
            var attribute = await ec2.DescribeInstanceAttributeAsync(
                new DescribeInstanceAttributeRequest { InstanceId = node.InstanceId, Attribute = "userData" },
                Token
            );
            Convert.FromBase64String(attribute.InstanceAttribute.UserData).ShouldBe(intent.UserData.ToArray());
        }

        var versions = await ec2.DescribeLaunchTemplateVersionsAsync(
            new DescribeLaunchTemplateVersionsRequest
            {
                LaunchTemplateName = new NodeTemplate(cluster.Clients, cluster.Owner, WireCluster.Region).Name,
            },
            Token
        );
        versions.LaunchTemplateVersions.Count.ShouldBe(2); // the default and the shared one
        versions.LaunchTemplateVersions.ShouldAllBe(v => string.IsNullOrEmpty(v.LaunchTemplateData.UserData));

        await cluster.TearDownAsync(TeardownScope.Burst); // the shared version goes with it
        await launcher.LaunchAsync(first with { Id = "intent-3" }, Token);
        (await cluster.TearDownAsync()).IsComplete.ShouldBeTrue();
    }
}

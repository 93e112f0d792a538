using System.Net;
using Amazon.EC2.Model;
using HybridLlm.AwsGpu.Ec2;
using HybridLlm.AwsGpu.Fleets;
using HybridLlm.AwsGpu.Networking;

namespace HybridLlm.AwsGpu.Tests.Wire;

/// <summary>Offers, network and lighthouse.</summary>
public abstract class FoundationSuite(IWireBackend backend) : WireSuite(backend)
{
    [Fact]
    public async Task The_account_and_its_regions_are_known()
    {
        using var cluster = await ClusterAsync();

        (await cluster.Clients.ReadAccountIdAsync(Token)).ShouldBe("123456789012");
        (await cluster.Clients.ListRegionsAsync(Token)).ShouldContain(WireCluster.Region);
    }

    [Fact]
    public async Task Offers_are_what_ec2_sells_and_retired_types_are_answered()
    {
        using var cluster = await ClusterAsync();
        var plan = await cluster.ReadOffersAsync(await cluster.BuildNetworkAsync());

        plan.Offers.Count.ShouldBe(40);
        plan.Offers.ShouldAllBe(o => o.HourlyPrice > 0 && o.InstanceType.GpuManufacturer == "NVIDIA");
        plan.Answers[0].Cheapest!.InstanceType.GpuName.ShouldBe("T4");
        plan.Answers[2].Reason.ShouldBe("EC2 does not offer it any more in us-east-1");
    }

    [Fact]
    public async Task Offers_ascend_by_price_over_types_and_zones()
    {
        Needs(Behaviour.SpotPrices);
        using var cluster = await ClusterAsync();
        var plan = await cluster.ReadOffersAsync(await cluster.BuildNetworkAsync());

        plan.Offers.Select(o => o.HourlyPrice).ShouldBeInOrder();
        plan.Offers.Select(o => o.Zone.Id).Distinct().Count().ShouldBeGreaterThan(2);
        plan.Offers.Select(o => o.InstanceType.Name).Distinct().Count().ShouldBeGreaterThan(3);
        plan.Offers.ShouldAllBe(o => o.HourlyPrice <= 0.9m * o.OnDemand.UsdPerHour);
        plan.Answers[1].Cheapest!.InstanceType.GpuName.ShouldBe("A10G");
    }

    [Fact]
    public async Task A_network_stands_after_one_apply_and_a_second_writes_nothing()
    {
        using var cluster = await ClusterAsync();
        NetworkProvisioner provisioner = new(cluster.Clients);
        (await provisioner.ReadAsync(cluster.NetworkSpec, Token)).ShouldBeNull();
        var plan = await provisioner.PlanAsync(cluster.NetworkSpec, Token);
        var network = await provisioner.ApplyAsync(plan, cancellationToken: Token);
        network.Subnets.Count.ShouldBeGreaterThanOrEqualTo(3);

        cluster.Wire.Forget();
        var again = await provisioner.ApplyAsync(plan, cancellationToken: Token);

        cluster.Wire.Writes.ShouldBeEmpty();
        again.Subnets.ShouldBe(network.Subnets);
        again.ShouldBe(network with { Subnets = again.Subnets });
        (await provisioner.ReadAsync(cluster.NetworkSpec, Token))!.NodeSecurityGroupId.ShouldBe(
            network.NodeSecurityGroupId
        );
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task IPv6_comes_with_a_new_network_or_completes_one_that_stands(bool stands)
    {
        using var cluster = await ClusterAsync();
        NetworkProvisioner provisioner = new(cluster.Clients);
        if (stands)
        {
            await cluster.BuildNetworkAsync();
        }

        var spec = cluster.NetworkSpec with { Ipv6 = true };
        var plan = await provisioner.PlanAsync(spec, Token);
        plan.Steps.Count(s => s.Kind == NetworkStepKind.CreateVpc).ShouldBe(stands ? 0 : 1);
        var network = await provisioner.ApplyAsync(plan, cancellationToken: Token);

        var vpc = IPNetwork.Parse(network.Ipv6Cidr.ShouldNotBeNull());
        vpc.PrefixLength.ShouldBe(56);
        var ec2 = cluster.Clients.Ec2(WireCluster.Region);
        List<string> subnetIds = [.. network.Subnets.Select(s => s.Id)];
        var subnets = await ec2.DescribeSubnetsAsync(new DescribeSubnetsRequest { SubnetIds = subnetIds }, Token);
        var ranges = subnets
            .Subnets.Select(s => IPNetwork.Parse(s.Ipv6CidrBlockAssociationSet[0].Ipv6CidrBlock))
            .ToList();
        ranges.Distinct().Count().ShouldBe(network.Subnets.Count);
        ranges.ShouldAllBe(r => r.PrefixLength == 64 && vpc.Contains(r.BaseAddress));
        subnets.Subnets.ShouldAllBe(s => s.AssignIpv6AddressOnCreation == true);
        var tables = await ec2.DescribeRouteTablesAsync(
            new DescribeRouteTablesRequest { Filters = Ec2Tags.OwnedBy(cluster.Owner) },
            Token
        );
        tables
            .RouteTables.Single()
            .Routes.ShouldContain(r => r.DestinationIpv6CidrBlock == "::/0" && r.GatewayId.StartsWith("igw-"));
        var groups = await ec2.DescribeSecurityGroupsAsync(
            new DescribeSecurityGroupsRequest { GroupIds = [network.LighthouseSecurityGroupId] },
            Token
        );
        FirewallRuleMap
            .FromSdk(groups.SecurityGroups[0])
            .ShouldBe(SecurityGroups.Of(spec).Lighthouse, ignoreOrder: true);
        SecurityGroups
            .Of(spec)
            .Lighthouse.ShouldContain(r => r.Direction == TrafficDirection.Inbound && r.Peer == "::/0");

        cluster.Wire.Forget();
        (await provisioner.PlanAsync(spec, Token)).Steps.ShouldBeEmpty();
        await provisioner.ApplyAsync(plan, cancellationToken: Token);
        cluster.Wire.Writes.ShouldBeEmpty();
        (await cluster.TearDownAsync()).IsComplete.ShouldBeTrue();
    }

    [Fact]
    public async Task A_network_cut_off_again_and_again_is_completed_and_never_doubled()
    {
        using var cluster = await ClusterAsync();
        NetworkProvisioner provisioner = new(cluster.Clients);
        var plan = await provisioner.PlanAsync(cluster.NetworkSpec, Token);
        for (var allowed = 1; ; allowed++)
        {
            var (cutAt, fault) = (allowed, allowed % 2 == 0 ? WireFault.NeverSent : WireFault.AnswerLost);
            cluster.Wire.BreakWrites((_, write) => write < cutAt ? WireFault.None : fault);
            try
            {
                await provisioner.ApplyAsync(plan, cancellationToken: Token);
                break;
            }
            catch (AwsCallException cut)
            {
                cut.Kind.ShouldBe(AwsErrorKind.OutcomeUnknown);
            }
        }

        var resources = (await cluster.ScanAsync()).Resources;
        resources.Count.ShouldBe(plan.Steps.Count(s => s.Kind <= NetworkStepKind.CreateSecurityGroup) + 1);
        (await provisioner.PlanAsync(cluster.NetworkSpec, Token)).Steps.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_hole_made_by_hand_is_not_closed_unseen_but_by_a_new_plan()
    {
        using var cluster = await ClusterAsync();
        NetworkProvisioner provisioner = new(cluster.Clients);
        var plan = await provisioner.PlanAsync(cluster.NetworkSpec, Token);
        var network = await provisioner.ApplyAsync(plan, cancellationToken: Token);
        FirewallRule ssh = new()
        {
            Direction = TrafficDirection.Inbound,
            Protocol = "tcp",
            FromPort = 22,
            ToPort = 22,
            Peer = "0.0.0.0/0",
        };
        await cluster
            .Clients.Ec2(WireCluster.Region)
            .AuthorizeSecurityGroupIngressAsync(
                new AuthorizeSecurityGroupIngressRequest
                {
                    GroupId = network.NodeSecurityGroupId,
                    IpPermissions = [FirewallRuleMap.ToSdk(ssh)],
                },
                Token
            );

        var outdated = await Should.ThrowAsync<PlanOutdatedException>(() => provisioner.ApplyAsync(plan));
        outdated.Unplanned.ShouldBe(["RevokeRule gpu-node inbound tcp 22 0.0.0.0/0"]);
        await cluster.BuildNetworkAsync();

        (await provisioner.PlanAsync(cluster.NetworkSpec, Token)).Steps.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_lighthouse_keeps_its_address_when_its_instance_is_replaced()
    {
        using var cluster = await ClusterAsync();
        var network = await cluster.BuildNetworkAsync();
        var lighthouse = await cluster.BuildLighthouseAsync(network);

        cluster.Wire.Forget();
        (await cluster.BuildLighthouseAsync(network)).ShouldBe(lighthouse);
        cluster.Wire.Writes.ShouldBeEmpty();

        ClusterInstances instances = new(cluster.Clients, cluster.Owner, WireCluster.Region);
        await instances.TerminateAsync([lighthouse.InstanceId], Token);
        (
            await instances.WaitForTerminatedAsync([lighthouse.InstanceId], TimeSpan.FromMinutes(5), Token)
        ).ShouldBeTrue();
        var replaced = await cluster.BuildLighthouseAsync(network, attempt: 2);

        replaced.PublicIp.ShouldBe(lighthouse.PublicIp);
        replaced.InstanceId.ShouldNotBe(lighthouse.InstanceId);
        (await cluster.AliveAsync()).ShouldHaveSingleItem().PublicIp.ShouldBe(lighthouse.PublicIp);
    }

    [Fact]
    public async Task A_vpc_of_the_users_own_gets_two_security_groups_and_keeps_everything_else()
    {
        using var landlord = await ClusterAsync();
        var theirs = await landlord.BuildNetworkAsync();
        using var cluster = await ClusterAsync();
        NetworkProvisioner provisioner = new(cluster.Clients);
        var spec = cluster.NetworkSpec with { ExistingVpcId = theirs.VpcId };

        var plan = await provisioner.PlanAsync(spec, Token);
        plan.Steps.ShouldAllBe(s => s.SecurityGroup != null);
        var network = await provisioner.ApplyAsync(plan, cancellationToken: Token);

        network.VpcId.ShouldBe(theirs.VpcId);
        network.Cidr.ShouldBe(theirs.Cidr);
        network.Subnets.ShouldBe(theirs.Subnets);
        network.NodeSecurityGroupId.ShouldNotBe(theirs.NodeSecurityGroupId);
        (await provisioner.PlanAsync(spec, Token)).Steps.ShouldBeEmpty();
        await new FleetLauncher(cluster.Clients).LaunchAsync(await cluster.NewIntentAsync(network), Token);

        (await cluster.TearDownAsync()).IsComplete.ShouldBeTrue();
        (await new NetworkProvisioner(landlord.Clients).PlanAsync(landlord.NetworkSpec, Token)).Steps.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_vpc_that_cannot_be_used_is_refused_with_every_reason()
    {
        using var cluster = await ClusterAsync();
        var ec2 = cluster.Clients.Ec2(WireCluster.Region);
        var vpc = await ec2.CreateVpcAsync(new CreateVpcRequest { CidrBlock = "10.9.0.0/16" }, Token);
        var subnet = await ec2.CreateSubnetAsync(
            new CreateSubnetRequest { VpcId = vpc.Vpc.VpcId, CidrBlock = "10.9.0.0/24" },
            Token
        );
        NetworkProvisioner provisioner = new(cluster.Clients);
        var spec = cluster.NetworkSpec with { ExistingVpcId = vpc.Vpc.VpcId };

        (await FaultsAsync(spec with { ExistingVpcId = "vpc-0123456789abcdef0" })).ShouldBe([
            "there is no VPC vpc-0123456789abcdef0 in us-east-1",
        ]);
        (await FaultsAsync(spec)).ShouldHaveSingleItem().ShouldContain("no subnet with a route");
        (
            await FaultsAsync(spec with { ExistingSubnetIds = [subnet.Subnet.SubnetId, "subnet-0123456789abcdef0"] })
        ).Count.ShouldBe(2);

        async Task<IReadOnlyList<string>> FaultsAsync(NetworkSpec wanted) =>
            (await Should.ThrowAsync<InvalidSpecException>(() => provisioner.PlanAsync(wanted))).Faults;
    }
}

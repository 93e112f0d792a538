using FsCheck.Xunit;
using HybridLlm.AwsGpu.Networking;

namespace HybridLlm.AwsGpu.Tests.Networking;

public sealed class NetworkPlannerTests
{
    private static readonly NetworkSpec s_spec = new()
    {
        Owner = new ResourceOwner { Cluster = "lab", OwnerId = Guid.Empty },
        PlanId = "p1",
        Region = "us-east-1",
    };

    private static readonly AvailabilityZone[] s_zones =
    [
        new("use1-az1", "us-east-1c"),
        new("use1-az2", "us-east-1a"),
        new("use1-az4", "us-east-1b"),
    ];

    private static readonly NetworkFacts s_nothing = new() { Zones = s_zones };

    [Fact]
    public void A_network_from_nothing_matches_golden() =>
        Golden.Match("network-plan.txt", string.Join('\n', NetworkPlanner.Plan(s_spec, s_nothing).Steps));

    [Fact]
    public void Nodes_accept_no_connection_unless_asked_to()
    {
        Inbound(s_spec, ResourceComponents.Node).ShouldBeEmpty();
        Inbound(s_spec with { NodesAcceptMesh = true }, ResourceComponents.Node)
            .ShouldBe(["inbound udp 4242 0.0.0.0/0"]);
        Inbound(s_spec, ResourceComponents.Lighthouse).ShouldBe(["inbound udp 4242 0.0.0.0/0"]);
    }

    [Fact]
    public void A_complete_network_needs_nothing() =>
        NetworkPlanner
            .Plan(s_spec, Simulate(s_nothing, NetworkPlanner.Plan(s_spec, s_nothing).Steps))
            .Steps.ShouldBeEmpty();

    /// <summary>Wherever an apply is cut off, whatever subset of a wave was done, what is still needed was in the plan.</summary>
    [Property(Replay = "(3,5)", MaxTest = 300)]
    public bool An_apply_cut_off_anywhere_is_completed_by_steps_of_the_same_plan(int seed)
    {
        var plan = NetworkPlanner.Plan(s_spec, s_nothing);
        Random random = new(seed);
        var waves = plan.Steps.GroupBy(s => NetworkApplier.WaveOf(s.Kind)).OrderBy(w => w.Key).ToList();
        var completeWaves = random.Next(waves.Count);
        List<NetworkStep> done =
        [
            .. waves.Take(completeWaves).SelectMany(w => w),
            .. waves[completeWaves].Where(_ => random.Next(2) == 0),
        ];

        var rest = NetworkPlanner.Plan(s_spec, Simulate(s_nothing, done)).Steps;
        var whole = Simulate(Simulate(s_nothing, done), rest);
        return rest.All(plan.Steps.Contains)
            && !rest.Any(done.Contains)
            && NetworkPlanner.Plan(s_spec, whole).Steps.Count == 0;
    }

    [Fact]
    public void A_zone_added_later_gets_the_first_free_range()
    {
        var built = Simulate(s_nothing, NetworkPlanner.Plan(s_spec, s_nothing).Steps);
        var plan = NetworkPlanner.Plan(s_spec, built with { Zones = [.. s_zones, new("use1-az0", "us-east-1x")] });

        plan.Steps.Select(s => s.ToString())
            .ShouldBe(["CreateSubnet use1-az0 10.78.48.0/20", "AssociateSubnet use1-az0"]);
    }

    [Fact]
    public void A_rule_added_by_hand_is_revoked()
    {
        var built = Simulate(s_nothing, NetworkPlanner.Plan(s_spec, s_nothing).Steps);
        FirewallRule ssh = new()
        {
            Direction = TrafficDirection.Inbound,
            Protocol = "tcp",
            FromPort = 22,
            ToPort = 22,
            Peer = "0.0.0.0/0",
        };
        var opened = built with
        {
            SecurityGroups = [.. built.SecurityGroups.Select(g => g with { Rules = [.. g.Rules, ssh] })],
        };

        NetworkPlanner
            .Plan(s_spec, opened)
            .Steps.Select(s => s.ToString())
            .ShouldBe([
                "RevokeRule gpu-node inbound tcp 22 0.0.0.0/0",
                "RevokeRule lighthouse inbound tcp 22 0.0.0.0/0",
            ]);
    }

    [Fact]
    public void Of_two_networks_the_fuller_one_counts_whatever_the_order()
    {
        var built = Simulate(s_nothing, NetworkPlanner.Plan(s_spec, s_nothing).Steps);
        VpcFact stray = new("vpc-0", s_spec.Cidr);

        NetworkPlanner.Plan(s_spec, built with { Vpcs = [stray, .. built.Vpcs] }).Steps.ShouldBeEmpty();
        NetworkPlanner.Plan(s_spec, built with { Vpcs = [.. built.Vpcs, stray] }).Steps.ShouldBeEmpty();
    }

    [Fact]
    public void All_faults_of_a_spec_are_reported_at_once()
    {
        var spec = s_spec with { PlanId = " ", Cidr = "10.0.0.0/28", MeshPort = 0, ZoneIds = ["use1-az9"] };

        Should.Throw<InvalidSpecException>(() => NetworkPlanner.Plan(spec, s_nothing)).Faults.Count.ShouldBe(4);
    }

    [Fact]
    public void The_range_of_a_network_that_exists_cannot_change()
    {
        var built = s_nothing with { Vpcs = [new VpcFact("vpc-1", "10.9.0.0/16")] };

        Should
            .Throw<InvalidSpecException>(() => NetworkPlanner.Plan(s_spec, built))
            .Faults.ShouldHaveSingleItem()
            .ShouldContain("vpc-1 has 10.9.0.0/16");
    }

    [Theory]
    [InlineData("10.78.0.0/16", true)]
    [InlineData("192.168.4.0/24", true)]
    [InlineData("100.64.0.0/16", true)]
    [InlineData("10.78.0.1/16", false)]
    [InlineData("8.8.0.0/16", false)]
    [InlineData("10.0.0.0/8", false)]
    [InlineData("10.0.0.0/25", false)]
    [InlineData("fd00::/16", false)]
    [InlineData("lab", false)]
    public void A_range_is_private_ipv4_of_a_size_vpcs_can_have(string cidr, bool valid) =>
        SubnetRanges.Parse(cidr).HasValue.ShouldBe(valid);

    private static IEnumerable<string> Inbound(NetworkSpec spec, string component) =>
        NetworkPlanner
            .Plan(spec, s_nothing)
            .Steps.Where(s => s.SecurityGroup == component && s.Rule?.Direction == TrafficDirection.Inbound)
            .Select(s => s.Rule!.ToString());

    /// <summary>The facts after <paramref name="steps"/> have been done.</summary>
    private static NetworkFacts Simulate(NetworkFacts facts, IEnumerable<NetworkStep> steps) =>
        steps.OrderBy(s => NetworkApplier.WaveOf(s.Kind)).Aggregate(facts, Simulate);

    private static NetworkFacts Simulate(NetworkFacts facts, NetworkStep step) =>
        step.Kind switch
        {
            NetworkStepKind.CreateVpc => facts with { Vpcs = [.. facts.Vpcs, new VpcFact("vpc-1", step.Cidr!)] },
            NetworkStepKind.CreateInternetGateway => facts with { Gateways = [new GatewayFact("igw-1", null)] },
            NetworkStepKind.AttachInternetGateway => facts with { Gateways = [new GatewayFact("igw-1", "vpc-1")] },
            NetworkStepKind.CreateSubnet => facts with
            {
                Subnets =
                [
                    .. facts.Subnets,
                    new SubnetFact($"subnet-{step.ZoneId}", "vpc-1", step.ZoneId!, step.Cidr!),
                ],
            },
            NetworkStepKind.CreateRouteTable => facts with
            {
                RouteTables = [new RouteTableFact("rtb-1", "vpc-1", null, [])],
            },
            NetworkStepKind.CreateInternetRoute => facts with
            {
                RouteTables = [facts.RouteTables[0] with { InternetGatewayId = "igw-1" }],
            },
            NetworkStepKind.AssociateSubnet => facts with
            {
                RouteTables =
                [
                    facts.RouteTables[0] with
                    {
                        SubnetIds = [.. facts.RouteTables[0].SubnetIds, $"subnet-{step.ZoneId}"],
                    },
                ],
            },
            NetworkStepKind.CreateStorageEndpoint => facts with { Endpoints = [new EndpointFact("vpce-1", ["rtb-1"])] },
            NetworkStepKind.CreateSecurityGroup => facts with
            {
                SecurityGroups =
                [
                    .. facts.SecurityGroups,
                    new SecurityGroupFact(
                        $"sg-{step.SecurityGroup}",
                        "vpc-1",
                        step.SecurityGroup!,
                        [FirewallRules.NewGroupDefault]
                    ),
                ],
            },
            NetworkStepKind.AuthorizeRule => WithRules(facts, step, rules => [.. rules, step.Rule!]),
            NetworkStepKind.RevokeRule => WithRules(facts, step, rules => [.. rules.Where(r => r != step.Rule)]),
            _ => throw new ArgumentOutOfRangeException(nameof(step), step.Kind, null),
        };

    private static NetworkFacts WithRules(
        NetworkFacts facts,
        NetworkStep step,
        Func<IReadOnlyList<FirewallRule>, IReadOnlyList<FirewallRule>> change
    ) =>
        facts with
        {
            SecurityGroups =
            [
                .. facts.SecurityGroups.Select(g =>
                    g.Component == step.SecurityGroup ? g with { Rules = change(g.Rules) } : g
                ),
            ],
        };
}

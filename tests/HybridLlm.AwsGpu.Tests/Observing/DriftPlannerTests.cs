using HybridLlm.AwsGpu.Fleets;
using HybridLlm.AwsGpu.Observing;
using HybridLlm.AwsGpu.Storage;

namespace HybridLlm.AwsGpu.Tests.Observing;

public sealed class DriftPlannerTests
{
    private static readonly DateTimeOffset s_now = new(2026, 11, 23, 12, 0, 0, TimeSpan.Zero);
    private static readonly KnownNode s_known = new("wake-1", "i-1");
    private static readonly InstanceStatus s_node = Node("i-1", "wake-1");

    [Fact]
    public void Nothing_differs_when_every_node_is_known_and_in_its_lease()
    {
        DriftPlanner.Compare([s_known], Observed(s_node)).ShouldBeEmpty();
        DriftPlanner.Garbage([s_known], [s_node], s_now).ShouldBeEmpty();
    }

    public static TheoryData<DriftKind, InstanceStatus> OfOneNode =>
        new()
        {
            { DriftKind.StoppedNode, s_node with { Phase = InstancePhase.Stopped } },
            { DriftKind.OverdueNode, s_node with { LeaseUntil = s_now.AddMinutes(-2) } },
            { DriftKind.OverdueNode, s_node with { ExpiresAt = s_now.AddMinutes(-2) } },
            { DriftKind.NodeWithoutEnd, s_node with { LeaseUntil = null } },
            { DriftKind.OpenMetadata, s_node with { MetadataNeedsToken = false } },
            { DriftKind.OpenMetadata, s_node with { MetadataHopLimit = 2 } },
        };

    [Theory]
    [MemberData(nameof(OfOneNode))]
    public void A_node_that_is_not_as_it_was_made_is_named_with_what_to_do(DriftKind kind, InstanceStatus node)
    {
        var drift = DriftPlanner
            .Compare([s_known], Observed(node))
            .Where(d => d.Kind != DriftKind.MissingNode)
            .ShouldHaveSingleItem();

        (drift.Kind, drift.Subject).ShouldBe((kind, "i-1"));
        drift.Remedy.ShouldNotBeEmpty();
    }

    [Theory]
    [InlineData(119, false)]
    [InlineData(120, true)]
    public void A_node_nobody_knows_is_garbage_after_two_minutes(int seconds, bool garbage)
    {
        var stranger = Node("i-2", "wake-2") with { LaunchedAt = s_now.AddSeconds(-seconds) };

        DriftPlanner.Garbage([s_known], [s_node, stranger], s_now).Count.ShouldBe(garbage ? 1 : 0);
        DriftPlanner
            .Compare([s_known], Observed(s_node, stranger))
            .Any(d => d.Kind == DriftKind.UnknownNode)
            .ShouldBe(garbage);
    }

    [Fact]
    public void A_launch_that_was_not_answered_is_known_by_its_intent()
    {
        KnownNode unanswered = new("wake-1", null);

        DriftPlanner.Garbage([unanswered], [s_node], s_now).ShouldBeEmpty();
        DriftPlanner.Compare([unanswered], Observed(s_node)).ShouldBeEmpty();
    }

    [Fact]
    public void A_node_past_its_end_is_garbage_though_it_is_known()
    {
        var overdue = s_node with { LeaseUntil = s_now.AddMinutes(-3) };

        DriftPlanner.Garbage([s_known], [overdue], s_now).ShouldHaveSingleItem();
        DriftPlanner.Garbage([s_known], [overdue with { LeaseUntil = s_now.AddMinutes(-1) }], s_now).ShouldBeEmpty();
    }

    [Fact]
    public void A_stopped_stranger_is_garbage_and_an_ended_one_is_not()
    {
        var stopped = Node("i-2", "wake-2") with { Phase = InstancePhase.Stopped };
        var ended = Node("i-3", "wake-3") with { Phase = InstancePhase.Terminated };

        DriftPlanner.Garbage([], [stopped, ended], s_now).ShouldBe([stopped]);
    }

    [Fact]
    public void A_lighthouse_is_never_garbage() =>
        DriftPlanner.Garbage([], [s_node with { Component = ResourceComponents.Lighthouse }], s_now).ShouldBeEmpty();

    [Fact]
    public void Of_two_nodes_for_one_intent_the_younger_is_too_many()
    {
        var second = Node("i-0", "wake-1") with { LaunchedAt = s_node.LaunchedAt.AddSeconds(1) };

        var drift = DriftPlanner.Compare([s_known], Observed(s_node, second)).ShouldHaveSingleItem();

        (drift.Kind, drift.Subject).ShouldBe((DriftKind.DoubleNode, "i-0"));
    }

    [Fact]
    public void A_known_node_that_has_gone_is_told_with_ec2s_reason()
    {
        var taken = s_node with { Phase = InstancePhase.Terminated, StateReason = "Server.SpotInstanceTermination" };

        DriftPlanner
            .Compare([s_known], Observed(taken))
            .ShouldHaveSingleItem()
            .Description.ShouldContain("Server.SpotInstanceTermination");
        DriftPlanner.Compare([s_known], Observed()).ShouldHaveSingleItem().Kind.ShouldBe(DriftKind.MissingNode);
    }

    [Fact]
    public void What_a_plan_would_have_to_do_is_drift()
    {
        BucketSpec bucket = new()
        {
            Owner = new ResourceOwner { Cluster = "lab", OwnerId = Guid.Empty },
            PlanId = "p",
            Region = "us-east-1",
        };
        var observed = Observed(s_node) with { Bucket = new BucketPlan(bucket, [BucketStep.BlockPublicAccess]) };

        DriftPlanner
            .Compare([s_known], observed)
            .ShouldHaveSingleItem()
            .Subject.ShouldBe(nameof(BucketStep.BlockPublicAccess));
    }

    private static ObservedCluster Observed(params InstanceStatus[] instances) =>
        new() { ReadAt = s_now, Instances = instances };

    private static InstanceStatus Node(string id, string intent) =>
        new()
        {
            InstanceId = id,
            InstanceType = "g6.xlarge",
            ImageId = "ami-1",
            Component = ResourceComponents.Node,
            Phase = InstancePhase.Running,
            ZoneName = "us-east-1a",
            LaunchedAt = s_now.AddMinutes(-30),
            IntentId = intent,
            LeaseUntil = s_now.AddMinutes(5),
            ExpiresAt = s_now.AddHours(4),
            MetadataHopLimit = 1,
        };
}

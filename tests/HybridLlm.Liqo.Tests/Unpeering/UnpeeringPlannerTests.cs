using FsCheck.Xunit;
using HybridLlm.Liqo.Clusters;
using HybridLlm.Liqo.Observing;
using HybridLlm.Liqo.Resources;
using HybridLlm.Liqo.Steps;
using HybridLlm.Liqo.Unpeering;

namespace HybridLlm.Liqo.Tests.Unpeering;

public sealed class UnpeeringPlannerTests
{
    private static readonly UnpeeringSpec s_spec = new();

    [Fact]
    public void An_unpeering_matches_golden() =>
        Golden.Match("unpeering-plan.txt", string.Join('\n', Plan(PeeredWorld.Whole).Select(s => s.Publish())));

    [Fact]
    public void An_unpeering_leaves_nothing_but_what_is_not_of_it()
    {
        var left = Run(PeeredWorld.Whole, 100);

        Plan(left).ShouldBeEmpty();
        left.All(ClusterSide.Consumer, Kinds.SigningRequest).ShouldHaveSingleItem().Name.ShouldBe("csr-other");
        left.All(ClusterSide.Consumer, Kinds.Namespace).ShouldBeEmpty();
        left.All(ClusterSide.Provider, Kinds.Namespace).ShouldBeEmpty();
    }

    [Property(Replay = "(5,1)", MaxTest = 40)]
    public bool An_unpeering_cut_off_anywhere_is_completed_by_steps_of_the_same_plan(byte cut)
    {
        List<LiqoStep> agreed = [.. Plan(PeeredWorld.Whole).Select(s => s.Publish())];
        var half = Run(PeeredWorld.Whole, cut % (agreed.Count + 1));

        return Plan(half).All(s => agreed.Any(s.Publish().IsSameAs)) && Plan(Run(half, 100)).Count == 0;
    }

    [Fact]
    public void The_consumer_is_shut_out_only_after_its_replicator_needs_the_provider_no_more()
    {
        var steps = Plan(PeeredWorld.Whole).Select(s => s.Publish()).ToList();

        steps
            .FindIndex(s => s is { Kind: "Tenant", Verb: LiqoVerb.Delete })
            .ShouldBeGreaterThan(steps.FindIndex(s => s is { Kind: "Identity", Verb: LiqoVerb.Wait }));
    }

    [Fact]
    public void An_unpeering_does_not_wait_for_a_provider_that_is_gone()
    {
        var refusal = Should.Throw<LiqoRefusedException>(() =>
            Plan(PeeredWorld.Whole.With(ClusterSide.Consumer, Kinds.ForeignCluster, PeeredWorld.Peer("Error")))
        );

        refusal.Refusal.ShouldBe(LiqoRefusal.ProviderUnreachable);
        refusal.Remedy.ShouldContain("ForcedPeeringRemover");
    }

    [Fact]
    public void What_the_provider_needs_as_a_consumer_of_this_cluster_stays()
    {
        Tenant other = new()
        {
            Metadata = new ObjectMeta { Name = PeeredWorld.Provider, Namespace = PeeredWorld.Tenancy },
        };

        Plan(PeeredWorld.Whole.With(ClusterSide.Consumer, Kinds.Tenant, other))
            .Select(s => s.Publish().Kind)
            .Distinct()
            .ShouldNotContain(k => k == "Namespace" || k == "ForeignCluster");
    }

    [Fact]
    public void A_namespace_the_user_may_not_delete_is_left_to_the_provider()
    {
        var world = Run(PeeredWorld.Whole, 100);
        var space = PeeredWorld.Whole.All(ClusterSide.Provider, Kinds.Namespace)[0];
        world = world.With(ClusterSide.Provider, Kinds.Namespace, space);
        var refused = Plan(world)[0].YieldsAs.ShouldNotBeNull();

        Plan(world with { GivenUp = [refused] }).ShouldBeEmpty();
    }

    private static List<PlannedStep> Plan(World world) =>
        [.. UnpeeringPlanner.Plan(s_spec, PeeredWorld.FactsOf(world))];

    private static World Run(World world, int most)
    {
        for (var done = 0; done < most && Plan(world) is [var step, ..]; done++)
        {
            world = PeeredWorld.Do(world, step);
        }

        return world;
    }
}

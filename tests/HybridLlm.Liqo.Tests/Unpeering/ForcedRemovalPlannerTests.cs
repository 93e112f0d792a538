using FsCheck.Xunit;
using HybridLlm.Liqo.Clusters;
using HybridLlm.Liqo.Observing;
using HybridLlm.Liqo.Resources;
using HybridLlm.Liqo.Steps;
using HybridLlm.Liqo.Tests.Steps;
using HybridLlm.Liqo.Unpeering;

namespace HybridLlm.Liqo.Tests.Unpeering;

public sealed class ForcedRemovalPlannerTests
{
    private static readonly ForcedRemovalSpec s_spec = new() { ProviderId = PeeredWorld.Provider };

    [Fact]
    public void A_forced_removal_matches_golden() =>
        Golden.Match("forced-removal-plan.txt", Text(Plan(s_spec, PeeredWorld.Dead)));

    [Fact]
    public void A_forced_removal_with_stuck_controllers_matches_golden() =>
        Golden.Match("forced-removal-stuck.txt", Text(Run(s_spec, PeeredWorld.Dead, PeeredWorld.DoStuck).Done));

    [Fact]
    public void Nothing_is_left_and_nothing_left_needs_nothing()
    {
        foreach (var controllers in new[] { PeeredWorld.Do, (Func<World, PlannedStep, World>)PeeredWorld.DoStuck })
        {
            var (left, _) = Run(s_spec, PeeredWorld.Dead, controllers);

            NamesLeft(left).ShouldBe(["csr-other"]);
            Plan(s_spec, left with { GivenUp = [] }).ShouldBeEmpty();
        }

        Plan(s_spec, World.Empty).ShouldBeEmpty();
    }

    [Property(Replay = "(8,3)", MaxTest = 60)]
    public bool A_removal_cut_off_anywhere_is_completed(byte cut, bool stuck)
    {
        var controllers = stuck ? PeeredWorld.DoStuck : (Func<World, PlannedStep, World>)PeeredWorld.Do;
        var half = Run(s_spec, PeeredWorld.Dead, controllers, cut % 40).Left with { GivenUp = [] };

        return NamesLeft(Run(s_spec, half, controllers).Left).SequenceEqual(["csr-other"]);
    }

    [Fact]
    public void A_range_that_nobody_gives_back_is_released_last()
    {
        ObjectKey range = new(ClusterSide.Consumer, Kinds.IpamNetwork, PeeredWorld.Tenancy, "aws-gpu-1-pod");
        var world = SimulatedServer.Read(
            PeeredWorld.Dead,
            ClusterSide.Consumer,
            Kinds.IpamNetwork,
            SimulatedServer.Patch(
                """
                {"metadata":{"name":"aws-gpu-1-pod","namespace":"liqo-tenant-aws-gpu-1",
                  "finalizers":["network.ipam.liqo.io/finalizer"]}}
                """
            )
        );

        var (left, done) = Run(s_spec, world, PeeredWorld.DoStuck);

        var release = done.OfType<ReleaseStep>().Last();
        (release.Object, release.Finalizer).ShouldBe((range, "network.ipam.liqo.io/finalizer"));
        NamesLeft(left).ShouldBe(["csr-other"]);
    }

    [Fact]
    public void No_finalizer_is_forced_while_Liqo_lets_go_by_itself() =>
        Run(s_spec, PeeredWorld.Dead, PeeredWorld.Do)
            .Done.Where(s => s.Publish().IsForced)
            .Select(s => s.Publish().Kind)
            .ShouldBe(["Pod"]);

    [Fact]
    public void Only_Liqo_s_own_finalizers_are_forced_and_a_foreign_one_ends_in_an_error_that_names_it()
    {
        ObjectKey slice = new(ClusterSide.Consumer, Kinds.ResourceSlice, PeeredWorld.Tenancy, PeeredWorld.Provider);
        var world = SimulatedServer.Merged(
            PeeredWorld.Dead,
            slice,
            SimulatedServer.Patch(
                """{"metadata":{"finalizers":["example.com/audit","crdreplicator.liqo.io/resource"]}}"""
            )
        );

        while (Plan(s_spec, world)[0] is var step and not WaitStep { YieldsAs: null })
        {
            world = PeeredWorld.DoStuck(world, step);
        }

        Plan(s_spec, world)[0]
            .ShouldBeOfType<WaitStep>()
            .LastObserved.ShouldBe("ResourceSlice liqo-tenant-aws-gpu-1/aws-gpu-1 is held by example.com/audit");
    }

    [Fact]
    public void A_provider_that_answers_is_not_gone_unless_the_caller_knows_better()
    {
        var world = PeeredWorld.Dead.With(ClusterSide.Consumer, Kinds.ForeignCluster, PeeredWorld.Peer("Established"));
        var wait = Plan(s_spec, world)[0].ShouldBeOfType<WaitStep>();
        var unnoticed = world with { GivenUp = [wait.YieldsAs.ShouldNotBeNull()] };

        Should.Throw<LiqoRefusedException>(() => Plan(s_spec, unnoticed)).Refusal.ShouldBe(LiqoRefusal.ProviderAlive);
        Plan(s_spec with { IsKnownGone = true }, unnoticed)[0]
            .Publish()
            .Content.ShouldBe(
                """{"metadata":{"annotations":{"liqo.io/foreign-cluster-permanently-unreachable":"true"}}}"""
            );
    }

    [Fact]
    public void A_ForeignCluster_alone_is_deleted_without_proof_of_death()
    {
        var world = World.Empty.With(ClusterSide.Consumer, Kinds.ForeignCluster, PeeredWorld.Peer("Established"));

        Plan(s_spec, world).Select(s => s.Publish().Verb).ShouldBe([LiqoVerb.Delete, LiqoVerb.Wait]);
    }

    [Fact]
    public void Pods_that_come_back_while_Liqo_drains_are_deleted_again()
    {
        var world = Run(s_spec, PeeredWorld.Dead, PeeredWorld.Do, 5).Left;
        Plan(s_spec, world)[0].ShouldBeOfType<WaitStep>();
        Pod another = new()
        {
            Metadata = new ObjectMeta { Name = "ollama-2", Namespace = "llm" },
        };

        Plan(s_spec, world.With(ClusterSide.Consumer, Kinds.Pod, another))[0]
            .Publish()
            .ToString()
            .ShouldBe("consumer: delete at once Pod llm/ollama-2: nobody is left to end it");
    }

    private static IReadOnlyList<PlannedStep> Plan(ForcedRemovalSpec spec, World world) =>
        ForcedRemovalPlanner.Plan(spec, PeeredWorld.FactsOf(world));

    private static string Text(IEnumerable<PlannedStep> steps) => string.Join('\n', steps.Select(s => s.Publish()));

    private static (World Left, List<PlannedStep> Done) Run(
        ForcedRemovalSpec spec,
        World world,
        Func<World, PlannedStep, World> controllers,
        int most = 100
    )
    {
        List<PlannedStep> done = [];
        while (done.Count < most && Plan(spec, world) is [var step, ..])
        {
            world = controllers(world, step);
            done.Add(step);
        }

        return (world, done);
    }

    private static string[] NamesLeft(World world) =>
        [
            .. new PeeringObjects(null)
                .All.SelectMany(t => world.All(ClusterSide.Consumer, t.Selection.Kind))
                .Select(o => o.Name),
        ];
}

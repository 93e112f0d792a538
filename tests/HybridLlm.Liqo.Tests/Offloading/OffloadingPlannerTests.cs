using System.Text.Json.Nodes;
using HybridLlm.Liqo.Clusters;
using HybridLlm.Liqo.Observing;
using HybridLlm.Liqo.Offloading;
using HybridLlm.Liqo.Resources;
using HybridLlm.Liqo.Steps;
using HybridLlm.Liqo.Tests.Steps;

namespace HybridLlm.Liqo.Tests.Offloading;

public sealed class OffloadingPlannerTests
{
    private static readonly OffloadingSpec s_spec = new()
    {
        Namespace = "llm-inference",
        Clusters =
        [
            [ClusterRequirement.Is("node-type", "gpu")],
        ],
    };

    private static readonly ObjectKey s_offloading = new(
        ClusterSide.Consumer,
        Kinds.NamespaceOffloading,
        "llm-inference",
        "offloading"
    );

    private static readonly ObjectKey s_home = new(ClusterSide.Consumer, Kinds.Namespace, null, "llm-inference");

    private static readonly World s_before = World.Empty.With(
        s_home.Cluster,
        s_home.Kind,
        new NamespaceObject { Metadata = new ObjectMeta { Name = "llm-inference" } }
    );

    private static readonly World s_asked = SimulatedServer.Do(s_before, Plan(s_spec, s_before)[0]);

    private static readonly World s_offloaded = Merge(
        Merge(s_asked, s_offloading, Status("Ready")),
        s_home,
        """{"metadata":{"labels":{"liqo.io/scheduling-enabled":"true"}}}"""
    );

    [Fact]
    public void An_offloading_is_written_as_Liqo_spells_it()
    {
        var content = JsonNode.Parse(Plan(s_spec, s_before)[0].Publish().Content!)!;

        content["metadata"]!["name"]!.GetValue<string>().ShouldBe("offloading");
        content["spec"]!["podOffloadingStrategy"]!.GetValue<string>().ShouldBe("LocalAndRemote");
        content["spec"]!["namespaceMappingStrategy"]!.GetValue<string>().ShouldBe("DefaultName");
        content["spec"]!["clusterSelector"]!
            .ToJsonString()
            .ShouldBe(
                """{"nodeSelectorTerms":[{"matchExpressions":[{"key":"node-type","operator":"In","values":["gpu"]}]}]}"""
            );
    }

    [Fact]
    public void An_offloading_is_done_only_when_new_pods_would_be_offloaded()
    {
        Plan(s_spec, Merge(s_asked, s_offloading, Status("Ready"))).ShouldHaveSingleItem().ShouldBeOfType<WaitStep>();
        Plan(s_spec, s_offloaded).ShouldBeEmpty();
    }

    [Fact]
    public void A_status_of_an_earlier_spec_proves_nothing()
    {
        var changed = Merge(s_offloaded, s_offloading, """{"metadata":{"generation":2}}""");

        Plan(s_spec, changed).ShouldHaveSingleItem().ShouldBeOfType<WaitStep>();
    }

    [Fact]
    public void No_cluster_selected_is_enough_only_where_that_was_said()
    {
        var waiting = Merge(s_asked, s_offloading, Status("NoClusterSelected"));

        Plan(s_spec, waiting).ShouldHaveSingleItem().ShouldBeOfType<WaitStep>().LastObserved.ShouldContain("NoCluster");
        Plan(s_spec with { MayWaitForCluster = true }, waiting).ShouldBeEmpty();
    }

    [Fact]
    public void Another_placement_is_a_change_and_another_mapping_is_refused()
    {
        Plan(s_spec with { Pods = PodPlacement.Remote }, s_offloaded)[0]
            .Publish()
            .Content.ShouldBe("""{"spec":{"podOffloadingStrategy":"Remote"}}""");
        Refused(s_spec with { Mapping = NamespaceMapping.EnforceSameName }, s_offloaded)
            .Refusal.ShouldBe(LiqoRefusal.OffloadingImmutable);
    }

    [Theory]
    [InlineData("SomeFailed")]
    [InlineData("AllFailed")]
    public void A_namespace_that_could_not_be_made_ends_the_wait(string phase) =>
        Refused(s_spec, Merge(s_asked, s_offloading, Status(phase))).Refusal.ShouldBe(LiqoRefusal.OffloadingFailed);

    [Fact]
    public void A_namespace_that_is_not_there_is_refused() =>
        Refused(s_spec, World.Empty).Refusal.ShouldBe(LiqoRefusal.NamespaceMissing);

    [Fact]
    public void An_offloading_that_is_going_is_waited_out_and_made_again()
    {
        var going = Merge(s_offloaded, s_offloading, """{"metadata":{"deletionTimestamp":"2030-01-01T00:00:00Z"}}""");

        Plan(s_spec, going).Take(2).Select(s => s.Publish().Verb).ShouldBe([LiqoVerb.Wait, LiqoVerb.Create]);
    }

    [Fact]
    public void A_removal_deletes_then_waits_and_is_nothing_when_done()
    {
        Removal(s_offloaded).Select(s => s.Publish().Verb).ShouldBe([LiqoVerb.Delete, LiqoVerb.Wait]);
        Removal(s_before).ShouldBeEmpty();
    }

    [Fact]
    public void A_removal_does_not_wait_for_a_provider_that_is_gone()
    {
        var going = Merge(
            s_offloaded,
            s_offloading,
            """
            {"metadata":{"deletionTimestamp":"2030-01-01T00:00:00Z"},
             "status":{"remoteNamespacesConditions":{"aws-gpu-1":[{"type":"Ready","status":"True"}]}}}
            """
        );
        ForeignCluster dead = new()
        {
            Metadata = new ObjectMeta { Name = "aws-gpu-1" },
            Status = new ForeignClusterStatus
            {
                Conditions = [new Condition { Type = "APIServerStatus", Status = "Error" }],
            },
        };

        var refusal = Should.Throw<LiqoRefusedException>(() =>
            Removal(going.With(ClusterSide.Consumer, Kinds.ForeignCluster, dead))
        );

        refusal.Refusal.ShouldBe(LiqoRefusal.ProviderUnreachable);
        refusal.Remedy.ShouldContain("ForcedPeeringRemover");
    }

    [Fact]
    public void Every_fault_of_a_spec_is_named_at_once()
    {
        OffloadingSpec spec = new()
        {
            Namespace = new string('n', 60),
            RemoteName = "unused",
            Patience = TimeSpan.Zero,
            Clusters =
            [
                [new ClusterRequirement { Key = "a", Operator = RequirementOperator.In }],
                [
                    new ClusterRequirement
                    {
                        Key = "b",
                        Operator = RequirementOperator.Exists,
                        Values = ["x"],
                    },
                ],
            ],
        };

        Should.Throw<InvalidSpecException>(() => Plan(spec, s_before)).Faults.Count.ShouldBe(5);
    }

    private static List<PlannedStep> Plan(OffloadingSpec spec, World world) =>
        [.. OffloadingPlanner.Plan(spec, "homelab", world)];

    private static List<PlannedStep> Removal(World world) =>
        [.. OffloadingPlanner.PlanRemoval("llm-inference", TimeSpan.FromMinutes(1), world)];

    private static LiqoRefusedException Refused(OffloadingSpec spec, World world) =>
        Should.Throw<LiqoRefusedException>(() => Plan(spec, world));

    private static string Status(string phase) =>
        $$"""{"metadata":{"generation":1},"status":{"observedGeneration":1,"offloadingPhase":"{{phase}}"} }""";

    private static World Merge(World world, ObjectKey key, string patch) =>
        SimulatedServer.Merged(world, key, SimulatedServer.Patch(patch));
}

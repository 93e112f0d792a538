using System.Text.Json.Nodes;
using HybridLlm.Liqo.Clusters;
using HybridLlm.Liqo.Observing;
using HybridLlm.Liqo.Offloading;
using HybridLlm.Liqo.Peering;
using HybridLlm.Liqo.Resources;
using HybridLlm.Liqo.Steps;
using HybridLlm.Liqo.Tests.Steps;
using HybridLlm.Liqo.Tests.Unpeering;
using HybridLlm.Liqo.Unpeering;
using HybridLlm.Liqo.Users;

namespace HybridLlm.Liqo.Tests.Recordings;

/// <summary>What liqoctl writes for a verb, this package writes as well, in the same order; what it writes besides is named.</summary>
public sealed class RecordedVerbsTests
{
    /// <summary>Compared by a test of its own.</summary>
    private static readonly string[] s_single =
    [
        "02-peer-again",
        "23-replaced-provider-same-id-no-cleanup",
        "30-generate-peering-user",
        "34-cordon-drain-activate",
    ];

    [Theory]
    [InlineData("07-unpeer")]
    [InlineData("11-unpeer-with-pods")]
    [InlineData("24-unpeer-replaced-provider")]
    public void Unpeering_deletes_what_liqoctl_deletes_in_its_order_and_then_what_liqoctl_leaves(string scenario)
    {
        var recorded = Deletions(RecordedScenario.Read(scenario));
        recorded.ShouldNotBeEmpty();
        UnpeeringSpec spec = new();

        var written = Run(
            PeeredWorld.Whole,
            w => [.. UnpeeringPlanner.Plan(spec, PeeredWorld.FactsOf(w))],
            PeeredWorld.Do
        );

        Deletions(written).Where(recorded.Contains).ShouldBe(recorded);
        Deletions(written)
            .Except(recorded)
            .Select(d => d.Split(' ')[1])
            .Distinct()
            .Except(["virtualnodes", "tenants"])
            .ShouldBe(["certificatesigningrequests", "namespaces", "foreignclusters"], ignoreOrder: true);
    }

    [Theory]
    [InlineData("15-force-unpeer")]
    [InlineData("20-drain-stuck-then-force")]
    [InlineData("29-force-unpeer-replaced-provider")]
    public void Removal_by_force_marks_and_deletes_what_liqoctl_does(string scenario)
    {
        var recorded = RecordedScenario.Read(scenario);
        ForcedRemovalSpec spec = new() { ProviderId = PeeredWorld.Provider, IsKnownGone = true };

        var written = Run(
            PeeredWorld.Dead,
            w => ForcedRemovalPlanner.Plan(spec, PeeredWorld.FactsOf(w)),
            PeeredWorld.Do
        );

        var mark = written.OfType<UpdateStep>().Single(u => u.Object.Kind == Kinds.ForeignCluster);
        JsonNode.DeepEquals(mark.Patch, recorded.Single(r => r.Verb == "patch").Body).ShouldBeTrue($"{mark.Patch}");
        Deletions(written).ShouldContain(Deletions(recorded).ShouldHaveSingleItem());
    }

    [Theory]
    [InlineData("18-die-and-force-at-once")]
    [InlineData("21-unstick-by-grace0")]
    [InlineData("25-force-unpeer-replaced-provider")]
    public void Removal_by_force_of_one_that_is_marked_only_deletes(string scenario)
    {
        var recorded = RecordedScenario.Read(scenario);
        recorded.Single(r => r.Verb == "patch").Body.ShouldBeEmpty();
        ForcedRemovalSpec spec = new() { ProviderId = PeeredWorld.Provider, IsKnownGone = true };
        ObjectKey peer = new(ClusterSide.Consumer, Kinds.ForeignCluster, null, PeeredWorld.Provider);
        var marked = SimulatedServer.Merged(
            PeeredWorld.Dead,
            peer,
            RecordedScenario.Read("15-force-unpeer").Single(r => r.Verb == "patch").Body
        );

        var written = Run(marked, w => ForcedRemovalPlanner.Plan(spec, PeeredWorld.FactsOf(w)), PeeredWorld.Do);

        written.OfType<UpdateStep>().ShouldNotContain(u => u.Object == peer);
        Deletions(recorded).ShouldBeSubsetOf(Deletions(written));
    }

    [Theory]
    [InlineData("06-unoffload")]
    [InlineData("14-unpeer-dead-provider")]
    public void The_end_of_an_offloading_is_liqoctl_s_one_deletion(string scenario)
    {
        var world = World.Empty.With(
            ClusterSide.Consumer,
            Kinds.NamespaceOffloading,
            new NamespaceOffloading
            {
                Metadata = new ObjectMeta { Name = "offloading", Namespace = "llm-inference" },
            }
        );

        var written = OffloadingPlanner.PlanRemoval("llm-inference", TimeSpan.FromMinutes(1), world).ToList();

        Deletions(written).ShouldBe(Deletions(RecordedScenario.Read(scenario)));
    }

    /// <summary>Every recorded write of liqoctl is compared in one of the tests, or has nothing to compare.</summary>
    [Fact]
    public void Every_recorded_scenario_with_writes_of_liqoctl_is_compared()
    {
        var compared = new[] { typeof(RecordedVerbsTests), typeof(RecordedPeeringTests) }
            .SelectMany(t => t.GetMethods())
            .SelectMany(m => m.GetCustomAttributes(typeof(InlineDataAttribute), inherit: false))
            .Cast<InlineDataAttribute>()
            .Select(d => (string)d.Data[0]!)
            .Concat(s_single);

        RecordedScenario.Names.Where(n => RecordedScenario.Read(n).Count > 0).Except(compared).ShouldBeEmpty();
    }

    [Fact]
    public void A_peering_user_gets_the_namespace_the_request_and_the_rights_liqoctl_gives()
    {
        var recorded = RecordedScenario.Read("30-generate-peering-user");
        var keys = PeeringUserKeys.Create("homelab", PeeringUserKey.Ecdsa);
        PairFacts facts = new()
        {
            ConsumerId = "homelab",
            ProviderId = "aws-gpu-1",
            ConsumerLiqoNamespace = "liqo",
            ProviderLiqoNamespace = "liqo",
            World = World
                .Empty.With(ClusterSide.Provider, Kinds.Role, Named("liqo-peering-user-liqo-ns", "liqo"))
                .With(ClusterSide.Provider, Kinds.ClusterRole, Named("liqo-peering-user-tenant-ns", null)),
        };

        var written = Run(
            facts.World,
            w => [.. PeeringUserPlanner.Steps(keys, TimeSpan.FromMinutes(1), facts with { World = w })],
            Sign
        );

        Written(written, keys.UserName)
            .ShouldBe(recorded.Select(r => Shown(r.Verb, r.Body.DeepClone().AsObject(), RecordedUser(recorded))));
    }

    [Fact]
    public void Cordon_drain_and_activation_change_what_liqoctl_changes()
    {
        // The first update is the repeated peering's.
        var recorded = RecordedScenario
            .Read("34-cordon-drain-activate")
            .Where(r => r.Resource == "tenants")
            .Select(r => r.Body)
            .ToList();
        string[] wanted = ["Cordoned", "Drained", "Active"];
        recorded.Count.ShouldBe(wanted.Length + 1);
        foreach (var (condition, at) in wanted.Select((c, i) => (c, i)))
        {
            var before = recorded[at];
            var world = SimulatedServer.Read(World.Empty, ClusterSide.Provider, Kinds.Tenant, before);

            var update = TenantGate
                .Plan(world, "homelab", condition, ["Active", "Cordoned", "Drained"], "")
                .ShouldHaveSingleItem()
                .ShouldBeOfType<UpdateStep>();

            var after = before.DeepClone().AsObject();
            MergePatch.Apply(after, update.Patch.ShouldNotBeNull());
            Json.Sorted(after["spec"]).ShouldBe(Json.Sorted(recorded[at + 1]["spec"]));
        }
    }

    private static PlainObject Named(string name, string? ns) =>
        new()
        {
            Metadata = new ObjectMeta { Name = name, Namespace = ns },
        };

    private static World Sign(World world, PlannedStep step) =>
        step switch
        {
            ApproveStep => SimulatedServer.Merged(world, step.Object, ApproveStep.Patch),
            WaitStep => SimulatedServer.Merged(
                world,
                step.Object,
                SimulatedServer.Patch("""{"status":{"certificate":"c2lnbmVk"}}""")
            ),
            _ => SimulatedServer.Do(world, step),
        };

    private static List<PlannedStep> Run(World world, StepPlanner planner, Func<World, PlannedStep, World> server)
    {
        List<PlannedStep> written = [];
        while (planner(world) is [var step, ..])
        {
            if (step is not WaitStep)
            {
                written.Add(step);
            }

            world = server(world, step);
        }

        return written;
    }

    private static List<string> Deletions(IEnumerable<RecordedWrite> recorded) =>
        [
            .. recorded
                .Where(r => r.Verb == "delete")
                .Select(r =>
                    $"{r.Cluster} {r.Resource} {r.Name}".Replace(
                        "aws-gpu-2",
                        PeeredWorld.Provider,
                        StringComparison.Ordinal
                    )
                ),
        ];

    private static List<string> Deletions(IEnumerable<PlannedStep> written) =>
        [
            .. written
                .OfType<DeleteStep>()
                .Where(d => d.Object.Kind != Kinds.Pod)
                .Select(d =>
                    $"{(d.Object.Cluster == ClusterSide.Consumer ? "homelab" : "aws-gpu-1")} {d.Object.Kind.Plural} {d.Object.Name}"
                ),
        ];

    private static IEnumerable<string> Written(IEnumerable<PlannedStep> written, string user) =>
        written.Select(s =>
            s switch
            {
                CreateStep create => Shown("create", create.Object.Kind.Write(create.Body!), user),
                _ => "update certificatesigningrequests: approved",
            }
        );

    private static string RecordedUser(IEnumerable<RecordedWrite> recorded) =>
        recorded.Select(r => r.Body["subjects"]?[0]?["name"]?.GetValue<string>()).First(n => n is not null)!;

    /// <summary>Names of users, and requests made with other keys, are masked.</summary>
    private static string Shown(string verb, JsonObject body, string user)
    {
        if (verb == "update")
        {
            return "update certificatesigningrequests: approved";
        }

        if (body["kind"]!.GetValue<string>() == "CertificateSigningRequest")
        {
            body["spec"]!["request"] = "…";
            foreach (var server in new[] { "username", "groups", "uid", "extra" })
            {
                body["spec"]!.AsObject().Remove(server);
            }
        }

        return $"{verb} {Json.Sorted(body)}".Replace(user, "USER", StringComparison.Ordinal);
    }
}

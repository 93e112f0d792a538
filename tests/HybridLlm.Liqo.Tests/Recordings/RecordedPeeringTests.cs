using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using HybridLlm.Liqo.Clusters;
using HybridLlm.Liqo.Identities;
using HybridLlm.Liqo.Observing;
using HybridLlm.Liqo.Offloading;
using HybridLlm.Liqo.Peering;
using HybridLlm.Liqo.Resources;
using HybridLlm.Liqo.Steps;
using HybridLlm.Liqo.Tests.Peering;
using HybridLlm.Liqo.Tests.Steps;

namespace HybridLlm.Liqo.Tests.Recordings;

/// <summary>Where this package does what liqoctl does, it writes the same objects in the same order.</summary>
public sealed class RecordedPeeringTests
{
    [Theory]
    [InlineData("01-peer", "aws-gpu-1")]
    [InlineData("09-peer-after-unpeer", "aws-gpu-1")]
    [InlineData("12-peer-with-existing-offloading", "aws-gpu-1")]
    [InlineData("19-peer-fresh-id", "aws-gpu-2")]
    [InlineData("27-peer-first-time-again", "aws-gpu-2")]
    [InlineData("31-peer-with-peering-user", "aws-gpu-1")]
    public void Peering_writes_what_liqoctl_writes(string scenario, string provider)
    {
        var recorded = RecordedScenario.Read(scenario);
        var (facts, answers) = FactsOf(recorded);
        facts = facts with { ProviderId = provider, World = Before(scenario, provider) };
        List<string> written = [];
        while (PeeringPlanner.Plan(SimulatedPeering.Spec, facts) is [var step, ..])
        {
            if (step is CreateStep create)
            {
                var cluster = step.Object.Cluster == ClusterSide.Consumer ? "homelab" : provider;
                written.Add($"{cluster} {Json.Sorted(step.Object.Kind.Write(create.Body!))}");
            }

            facts = facts with { World = answers(facts.World, step) ?? SimulatedPeering.Do(facts.World, step) };
        }

        written.ShouldBe(recorded.Select(r => $"{r.Cluster} {Json.Sorted(r.Body)}"));

        // What the real controller signed is known by the key that liqoctl showed.
        var answer = facts.SignedNonce.ShouldNotBeNull();
        facts
            .Credentials.HasSigned(answer.Value(SecretKeys.Nonce)!, answer.Value(SecretKeys.SignedNonce)!)
            .ShouldBeTrue();
    }

    [Fact]
    public void Peering_again_writes_nothing_where_liqoctl_puts_two_whole_objects()
    {
        var recorded = RecordedScenario.Read("02-peer-again");
        recorded.Select(r => $"{r.Verb} {r.Resource}").ShouldBe(["update tenants", "update resourceslices"]);
        recorded[1].Body["spec"]!["csr"].ShouldBeNull("liqoctl's takes away what the controllers wrote");

        PeeringPlanner
            .Plan(SimulatedPeering.Spec, SimulatedPeering.Run(SimulatedPeering.Spec, SimulatedPeering.Nothing))
            .ShouldBeEmpty();
    }

    [Fact]
    public void A_replaced_provider_is_refused_before_the_writes_after_which_liqoctl_fails()
    {
        const string Scenario = "23-replaced-provider-same-id-no-cleanup";
        RecordedScenario
            .Read(Scenario)
            .Select(r => $"{r.Verb} {r.Resource}")
            .ShouldBe(["create namespaces", "create secrets"]);
        var facts = SimulatedPeering.Nothing with { ProviderId = "aws-gpu-2", World = Before(Scenario, "aws-gpu-2") };

        Should.Throw<StaleClusterIdException>(() => PeeringPlanner.Plan(SimulatedPeering.Spec, facts));
    }

    [Theory]
    [InlineData("03-offload", PodPlacement.Remote)]
    [InlineData("10-offload-and-pod", PodPlacement.Remote)]
    [InlineData("17-offload-second-life", PodPlacement.Remote)]
    [InlineData("32-error-paths", PodPlacement.LocalAndRemote)]
    public void Offloading_writes_what_liqoctl_writes(string scenario, PodPlacement pods)
    {
        OffloadingSpec spec = new()
        {
            Namespace = "llm-inference",
            Pods = pods,
            Mapping = NamespaceMapping.EnforceSameName,
        };
        var world = World.Empty.With(
            ClusterSide.Consumer,
            Kinds.Namespace,
            new NamespaceObject { Metadata = new ObjectMeta { Name = "llm-inference" } }
        );

        var create = OffloadingPlanner.Plan(spec, "homelab", world).First().ShouldBeOfType<CreateStep>();

        Json.Sorted(create.Object.Kind.Write(create.Body!))
            .ShouldBe(Json.Sorted(RecordedScenario.Read(scenario).ShouldHaveSingleItem().Body));
    }

    /// <summary>Facts with the recorded keys, and the answers the recorded controllers gave.</summary>
    private static (PeeringFacts Facts, Func<World, PlannedStep, World?> Answers) FactsOf(
        IReadOnlyList<RecordedWrite> recorded
    )
    {
        JsonNode Body(string kind) => recorded.First(r => r.Body["kind"]!.GetValue<string>() == kind).Body;
        var tenant = Body("Tenant")["spec"]!;
        var nonce = recorded
            .Select(r => r.Body["data"]?["nonce"])
            .FirstOrDefault(n => n is not null)
            ?.GetValue<string>();
        var publicKey = Convert.FromBase64String(tenant["publicKey"]!.GetValue<string>());
        var pem = Encoding.ASCII.GetString(publicKey);
        var facts = SimulatedPeering.Nothing with
        {
            Credentials = new ConsumerCredentials(
                publicKey,
                Convert.FromBase64String(tenant["csr"]!.GetValue<string>()),
                Convert.FromBase64String(pem[PemEncoding.Find(pem).Base64Data])
            ),
        };
        var issued = Body("Identity")["spec"]!["authParams"]!.ToJsonString();
        return (facts, Answer);

        World? Answer(World world, PlannedStep step) =>
            step is not WaitStep
                ? null
                : (step.Object.Cluster, step.Object.Kind.Kind) switch
                {
                    (ClusterSide.Provider, "Secret") => Merge(world, step, $$"""{"data":{"nonce":"{{nonce}}"} }"""),
                    (ClusterSide.Consumer, "Secret") => Merge(
                        world,
                        step,
                        $$"""{"data":{"signedNonce":"{{tenant["signature"]}}"} }"""
                    ),
                    (_, "Tenant") => Merge(
                        world,
                        step,
                        $$"""{"status":{"tenantNamespace":"liqo-tenant-homelab","authParams": {{issued}} } }"""
                    ),
                    _ => null,
                };
    }

    private static World Before(string scenario, string provider) =>
        // Its objects were not kept. The peering that failed before it had made these on the provider.
        scenario == "27-peer-first-time-again"
            ? Made("23-replaced-provider-same-id-no-cleanup")
            : Kept(scenario, provider);

    private static World Made(string scenario) =>
        RecordedScenario
            .Read(scenario)
            .Aggregate(
                World.Empty,
                (world, made) =>
                    SimulatedServer.Read(
                        world,
                        ClusterSide.Provider,
                        made.Resource == "namespaces" ? Kinds.Namespace : Kinds.Secret,
                        made.Body
                    )
            );

    private static World Kept(string scenario, string provider) =>
        new[] { (ClusterSide.Consumer, "homelab"), (ClusterSide.Provider, provider) }.Aggregate(
            World.Empty,
            (world, c) =>
                new ResourceKind[] { Kinds.Namespace, Kinds.Secret, Kinds.ForeignCluster }.Aggregate(
                    world,
                    (w, kind) =>
                        RecordedScenario
                            .Before(scenario, c.Item2, kind.Kind)
                            .Aggregate(w, (seen, o) => SimulatedServer.Read(seen, c.Item1, kind, o))
                )
        );

    private static World Merge(World world, PlannedStep step, string patch) =>
        SimulatedServer.Merged(world, step.Object, SimulatedServer.Patch(patch));
}

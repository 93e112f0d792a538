using HybridLlm.Liqo.Clusters;
using HybridLlm.Liqo.Peering;
using HybridLlm.Liqo.Steps;
using HybridLlm.Liqo.Tests.Peering;

namespace HybridLlm.Liqo.Tests.Steps;

/// <summary>A plan as YAML, for a repository of each cluster.</summary>
public sealed class StepManifestsTests
{
    private static readonly IReadOnlyList<LiqoStep> s_plan =
    [
        .. PeeringPlanner.Plan(SimulatedPeering.Spec, SimulatedPeering.Nothing).Select(s => s.Publish()),
    ];

    [Theory]
    [InlineData(ClusterSide.Consumer, "peering-consumer.yml")]
    [InlineData(ClusterSide.Provider, "peering-provider.yml")]
    public void A_peering_s_manifests_match_golden(ClusterSide side, string golden) =>
        Golden.Match(golden, StepManifests.Write(s_plan, side));

    [Fact]
    public void Every_document_is_an_object_of_the_kind_its_step_says()
    {
        var documents = StepManifests
            .Write(s_plan, ClusterSide.Consumer)
            .Split("---\n", StringSplitOptions.RemoveEmptyEntries);
        var written = s_plan.Where(s => s.Cluster == ClusterSide.Consumer && s.Content is not null).ToList();

        var read = documents
            .Select(d => k8s.KubernetesYaml.Deserialize<Dictionary<string, object>>(d))
            .Select(d => ((string)d["apiVersion"], (string)d["kind"]));

        read.ShouldBe(written.Select(s => (s.ApiVersion, s.Kind)));
    }

    [Fact]
    public void An_update_names_only_its_own_fields()
    {
        LiqoStep update = new()
        {
            Cluster = ClusterSide.Provider,
            Verb = LiqoVerb.Update,
            ApiVersion = "authentication.liqo.io/v1beta1",
            Kind = "Tenant",
            Namespace = "liqo-tenant-homelab",
            Name = "homelab",
            Purpose = "grants the consumer nothing new",
            Content = """{"spec":{"tenantCondition":"Cordoned"}}""",
        };

        StepManifests
            .Write([update], ClusterSide.Provider)
            .ShouldBe(
                """
                ---
                # grants the consumer nothing new
                apiVersion: "authentication.liqo.io/v1beta1"
                kind: "Tenant"
                metadata:
                  name: "homelab"
                  namespace: "liqo-tenant-homelab"
                spec:
                  tenantCondition: "Cordoned"

                """
            );
        StepManifests.Write([update], ClusterSide.Consumer).ShouldBeEmpty();
    }
}

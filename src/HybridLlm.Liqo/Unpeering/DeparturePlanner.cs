using System.Text.Json.Nodes;
using HybridLlm.Liqo.Clusters;
using HybridLlm.Liqo.Observing;
using HybridLlm.Liqo.Resources;
using HybridLlm.Liqo.Slices;
using HybridLlm.Liqo.Steps;

namespace HybridLlm.Liqo.Unpeering;

/// <summary>
/// Lets a provider go that is still there for a while: nothing new goes to it, its pods get time to end so that others can take over,
/// then the peering ends as usual.
/// </summary>
internal static class DeparturePlanner
{
    private const string Late = "the pods do not end in time";
    private const string CordonRefused = "cordon the provider's tenant";

    /// <exception cref="LiqoRefusedException">The provider does not answer the consumer.</exception>
    public static IEnumerable<PlannedStep> Plan(DepartureSpec spec, UnpeeringFacts facts) =>
        [
            .. CordonSteps(facts),
            .. PodSteps(spec, facts),
            .. UnpeeringPlanner.Plan(new UnpeeringSpec { Patience = spec.Budget }, facts),
        ];

    private static IEnumerable<PlannedStep> CordonSteps(UnpeeringFacts facts)
    {
        foreach (var node in facts.Nodes.Where(n => !n.IsGoing && n.Spec?.Unschedulable != true))
        {
            yield return NodeCordon.Step(node, isCordoned: true);
        }

        foreach (
            var tenant in facts.ProviderTenants.Where(t =>
                !t.IsGoing
                && t.Spec?.TenantCondition is null or "Active"
                && facts.Slices.Count > 0
                && !facts.World.GivenUp.Contains(CordonRefused)
            )
        )
        {
            yield return new UpdateStep(
                ObjectKey.Of(ClusterSide.Provider, Kinds.Tenant, tenant),
                new JsonObject { ["spec"] = new JsonObject { ["tenantCondition"] = "Cordoned" } },
                "grants the consumer nothing new"
            )
            {
                YieldsAs = CordonRefused,
            };
        }
    }

    /// <summary>Deleted, not evicted: a disruption budget does not keep the machine.</summary>
    private static IEnumerable<PlannedStep> PodSteps(DepartureSpec spec, UnpeeringFacts facts)
    {
        foreach (
            var step in RemovalSteps.Delete(
                ClusterSide.Consumer,
                Kinds.Pod,
                facts.Pods,
                "ends in order, so that another takes over"
            )
        )
        {
            yield return step;
        }

        // A provider that is lost already ends nothing any more.
        var mayEnd = spec.PodGrace > TimeSpan.Zero && facts.Peer?.ApiServerAnswers != false;
        if (facts.Pods.Count > 0 && mayEnd && !facts.World.GivenUp.Contains(Late))
        {
            yield return new WaitStep(
                new ObjectKey(ClusterSide.Consumer, Kinds.Pod, null, facts.ProviderId),
                "its pods to end"
            )
            {
                Targets = [.. facts.PodTargets, new PeeringObjects(facts.ProviderId).Peers],
                Patience = spec.PodGrace,
                LastObserved = facts.PodsLeft,
                Remedy = "",
                YieldsAs = Late,
            };
        }
    }
}

using HybridLlm.Liqo.Clusters;
using HybridLlm.Liqo.Observing;
using HybridLlm.Liqo.Resources;
using HybridLlm.Liqo.Steps;

namespace HybridLlm.Liqo.Peering;

/// <summary>The namespace each cluster keeps for the other.</summary>
internal static class TenancyPlanner
{
    public static IEnumerable<PlannedStep> Steps(TimeSpan patience, PairFacts facts) =>
        StepsOn(ClusterSide.Consumer, patience, facts).Concat(StepsOn(ClusterSide.Provider, patience, facts));

    /// <summary>The namespace of one of the two.</summary>
    public static IEnumerable<PlannedStep> StepsOn(ClusterSide cluster, TimeSpan patience, PairFacts facts)
    {
        var found = facts.TenantNamespacesOf(cluster);
        if (found.Count > 1)
        {
            throw new LiqoRefusedException(
                LiqoRefusal.TenantNamespaceAmbiguous,
                $"The {cluster} has {found.Count} tenant namespaces for '{facts.PeerOf(cluster)}': "
                    + $"{string.Join(", ", found.Select(n => n.Name))}.",
                "Delete all but the one Liqo uses."
            );
        }

        var name = cluster == ClusterSide.Consumer ? facts.ConsumerNamespace : facts.ProviderNamespace;
        ObjectKey key = new(cluster, Kinds.Namespace, null, name);
        if (facts.World.Find(key) is { IsGoing: true } going)
        {
            yield return new WaitStep(key, "the namespace of the peering before to be gone")
            {
                Targets = [Target.On(key)],
                Patience = patience,
                LastObserved = $"its deletion was asked for at {going.Metadata.DeletionTimestamp:u}",
                Remedy =
                    "See which of its objects have finalizers; ForcedPeeringRemover frees those of a vanished provider.",
            };
            yield return new CreateStep(key, Namespace(facts, cluster, name), Purpose(facts, cluster));
        }
        else if (
            Ensure.AsWanted(facts.World, key, Namespace(facts, cluster, name), Purpose(facts, cluster)) is { } write
        )
        {
            yield return write;
        }
    }

    private static string Purpose(PairFacts facts, ClusterSide cluster) =>
        $"what belongs to the peering with '{facts.PeerOf(cluster)}'";

    private static NamespaceObject Namespace(PairFacts facts, ClusterSide cluster, string name)
    {
        Dictionary<string, string> labels = new()
        {
            [LiqoNames.RemoteClusterId] = facts.PeerOf(cluster),
            [LiqoNames.TenantNamespace] = "true",
        };
        foreach (var label in LiqoNames.PodSecurity)
        {
            labels[label] = "privileged";
        }

        return new NamespaceObject
        {
            Metadata = new ObjectMeta { Name = name, Labels = labels },
        };
    }
}

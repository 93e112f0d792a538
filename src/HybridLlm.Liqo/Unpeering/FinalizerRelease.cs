using HybridLlm.Liqo.Clusters;
using HybridLlm.Liqo.Observing;
using HybridLlm.Liqo.Resources;
using HybridLlm.Liqo.Steps;

namespace HybridLlm.Liqo.Unpeering;

/// <summary>
/// Takes away finalizers whose work is with a provider that is gone, and only of objects that are going: what has a replica
/// there first, then the key to the provider, then the virtual node. A namespace's own are never touched: that would put its
/// objects out of reach.
/// </summary>
internal static class FinalizerRelease
{
    public static IEnumerable<PlannedStep> Steps(ForcedRemovalSpec spec, UnpeeringFacts facts)
    {
        (ResourceKind Kind, IEnumerable<ClusterObject> Objects, string Finalizer)[] parts =
        [
            (Kinds.ResourceSlice, facts.Slices, LiqoNames.ReplicaFinalizer),
            (Kinds.NamespaceMap, facts.NamespaceMaps, LiqoNames.ReplicaFinalizer),
            (Kinds.Renew, facts.Renews, LiqoNames.ReplicaFinalizer),
            (Kinds.Secret, facts.Kubeconfigs, LiqoNames.ReplicatorFinalizer),
            (Kinds.VirtualNode, facts.VirtualNodes, LiqoNames.VirtualNodeFinalizer),
            (Kinds.IpamNetwork, facts.Ranges, LiqoNames.RangeFinalizer),
        ];
        return
        [
            .. parts.SelectMany(p =>
                RemovalSteps.Delete(ClusterSide.Consumer, p.Kind, p.Objects, "the provider it is for is gone")
            ),
            .. parts.SelectMany(p => Release(p.Kind, p.Objects, p.Finalizer)),
            .. parts.Any(p => p.Objects.Any())
                ? [WaitForAll(spec, facts, [.. parts.Select(p => RemovalSteps.Left(p.Kind, p.Objects))])]
                : Array.Empty<PlannedStep>(),
        ];
    }

    private static IEnumerable<PlannedStep> Release(
        ResourceKind kind,
        IEnumerable<ClusterObject> objects,
        string finalizer
    ) =>
        from held in objects
        let index = held.Metadata.Finalizers?.ToList().IndexOf(finalizer) ?? -1
        where held.IsGoing && index >= 0
        select new ReleaseStep(
            ObjectKey.Of(ClusterSide.Consumer, kind, held),
            index,
            finalizer,
            $"{finalizer} waits for a provider that is gone"
        );

    private static WaitStep WaitForAll(
        ForcedRemovalSpec spec,
        UnpeeringFacts facts,
        IEnumerable<(ResourceKind, IEnumerable<ClusterObject>)> left
    )
    {
        PeeringObjects objects = new(facts.ProviderId);
        return new WaitStep(
            new ObjectKey(ClusterSide.Consumer, Kinds.ResourceSlice, null, facts.ProviderId),
            "what was released to be gone"
        )
        {
            Targets =
            [
                objects.Slices,
                objects.NamespaceMaps,
                objects.Renews,
                objects.Kubeconfigs,
                objects.VirtualNodes,
                .. facts.RangeTargets,
            ],
            Patience = spec.Patience,
            LastObserved = RemovalSteps.Held(left),
            Remedy = "Find out whose the finalizers are; they are not ones that a vanished provider leaves.",
        };
    }
}

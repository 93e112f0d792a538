using HybridLlm.Liqo.Clusters;
using HybridLlm.Liqo.Observing;
using HybridLlm.Liqo.Resources;
using HybridLlm.Liqo.Steps;

namespace HybridLlm.Liqo.Unpeering;

/// <summary>
/// Takes a peering apart while both ends are alive, in an order in which no controller loses the rights it still needs:
/// the provider's Tenant goes last, since its end takes away what the consumer's replicator works with.
/// </summary>
internal static class UnpeeringPlanner
{
    private const string NamespaceRefused = "delete the provider's namespace";
    private const string PeerRefused = "delete the provider's ForeignCluster";

    /// <summary>Steps still to do; empty when nothing is left.</summary>
    /// <exception cref="LiqoRefusedException">The provider does not answer the consumer.</exception>
    public static IEnumerable<PlannedStep> Plan(UnpeeringSpec spec, UnpeeringFacts facts)
    {
        PeeringObjects objects = new(facts.ProviderId);
        return
        [
            .. SliceSteps(spec, facts, objects),
            .. NodeSteps(spec, facts, objects),
            .. IdentitySteps(spec, facts, objects),
            .. TenantSteps(spec, facts),
            .. facts.IsMutual ? [] : NetworkRemoval.Steps(spec, facts),
            .. facts.IsMutual ? [] : NamespaceSteps(spec, facts, ClusterSide.Consumer, facts.Namespaces),
            .. facts.IsMutual ? [] : NamespaceSteps(spec, facts, ClusterSide.Provider, facts.ProviderNamespaces),
            .. facts.IsMutual ? [] : PeerSteps(spec, facts),
        ];
    }

    public static IEnumerable<PlannedStep> SliceSteps(UnpeeringSpec spec, UnpeeringFacts facts, PeeringObjects objects)
    {
        foreach (
            var step in RemovalSteps.Delete(
                ClusterSide.Consumer,
                Kinds.ResourceSlice,
                facts.Slices,
                "gives back what was lent; its virtual node goes with it"
            )
        )
        {
            yield return step;
        }

        if (facts.Slices.Count > 0)
        {
            yield return Wait(
                spec,
                facts,
                Kinds.ResourceSlice,
                "the slices to be gone from both clusters",
                [objects.Slices],
                [RemovalSteps.Left(Kinds.ResourceSlice, facts.Slices)]
            );
        }
    }

    public static IEnumerable<PlannedStep> NodeSteps(UnpeeringSpec spec, UnpeeringFacts facts, PeeringObjects objects)
    {
        foreach (
            var step in RemovalSteps.Delete(
                ClusterSide.Consumer,
                Kinds.VirtualNode,
                facts.VirtualNodes,
                "evicts its pods and removes the node"
            )
        )
        {
            yield return step;
        }

        if (facts.VirtualNodes.Count + facts.Nodes.Count + facts.NamespaceMaps.Count > 0)
        {
            var wait = Wait(
                spec,
                facts,
                Kinds.VirtualNode,
                "the virtual nodes and the offloaded namespaces to be gone",
                [
                    objects.VirtualNodes,
                    objects.Nodes,
                    objects.NamespaceMaps,
                    .. facts.Nodes.Select(n => PeeringObjects.PodsOn(n.Name) with { IsOptional = true }),
                ],
                [
                    RemovalSteps.Left(Kinds.VirtualNode, facts.VirtualNodes),
                    RemovalSteps.Left(Kinds.Node, facts.Nodes),
                    RemovalSteps.Left(Kinds.NamespaceMap, facts.NamespaceMaps),
                ]
            );
            yield return wait with
            {
                LastObserved = wait.LastObserved + facts.PodsLeft,
            };
        }

        foreach (
            var step in RemovalSteps.Delete(
                ClusterSide.Consumer,
                Kinds.SigningRequest,
                facts.SigningRequests,
                "its virtual kubelet is gone"
            )
        )
        {
            yield return step;
        }
    }

    public static IEnumerable<PlannedStep> IdentitySteps(
        UnpeeringSpec spec,
        UnpeeringFacts facts,
        PeeringObjects objects
    )
    {
        foreach (
            var step in RemovalSteps.Delete(
                ClusterSide.Consumer,
                Kinds.Identity,
                facts.ControlPlaneIdentities,
                "gives up the consumer's credentials"
            )
        )
        {
            yield return step;
        }

        if (facts.ControlPlaneIdentities.Count + facts.Renews.Count + facts.Kubeconfigs.Count > 0)
        {
            yield return Wait(
                spec,
                facts,
                Kinds.Identity,
                "the credentials to be given up by all who use them",
                [objects.Identities, objects.Renews, objects.Kubeconfigs],
                [
                    RemovalSteps.Left(Kinds.Identity, facts.ControlPlaneIdentities),
                    RemovalSteps.Left(Kinds.Renew, facts.Renews),
                    RemovalSteps.Left(Kinds.Secret, facts.Kubeconfigs),
                ]
            );
        }
    }

    public static IEnumerable<PlannedStep> TenantSteps(UnpeeringSpec spec, UnpeeringFacts facts)
    {
        foreach (
            var step in RemovalSteps.Delete(
                ClusterSide.Provider,
                Kinds.Tenant,
                facts.ProviderTenants,
                "shuts the consumer out"
            )
        )
        {
            yield return step;
        }

        foreach (var tenant in facts.ProviderTenants)
        {
            var key = ObjectKey.Of(ClusterSide.Provider, Kinds.Tenant, tenant);
            yield return WaitForEnd.Of(key, spec.Patience, tenant.Holders);
        }
    }

    private static IEnumerable<PlannedStep> NamespaceSteps(
        UnpeeringSpec spec,
        UnpeeringFacts facts,
        ClusterSide cluster,
        IReadOnlyList<NamespaceObject> namespaces
    )
    {
        // A peering user may not delete the provider's namespace; it is empty by now.
        if (cluster == ClusterSide.Provider && facts.World.GivenUp.Contains(NamespaceRefused))
        {
            yield break;
        }

        foreach (var ns in namespaces)
        {
            var key = ObjectKey.Of(cluster, Kinds.Namespace, ns);
            if (!ns.IsGoing)
            {
                yield return new DeleteStep(key, "clears what the peering leaves behind")
                {
                    YieldsAs = cluster == ClusterSide.Provider ? NamespaceRefused : null,
                };
            }

            yield return new WaitStep(key, "it to be gone")
            {
                Targets = [Target.On(key, LiqoNames.TenantNamespace, ns)],
                Patience = spec.Patience,
                LastObserved = ns.Obstacles is { Length: > 0 } obstacles ? obstacles : "it is still there",
                Remedy = "See which of its objects have finalizers, and why their controllers do not remove them.",
            };
        }
    }

    private static IEnumerable<PlannedStep> PeerSteps(UnpeeringSpec spec, UnpeeringFacts facts)
    {
        foreach (
            var (cluster, peer) in new[]
            {
                (ClusterSide.Consumer, facts.Peer),
                (ClusterSide.Provider, facts.PeerOnProvider),
            }
        )
        {
            if (peer is null || (cluster == ClusterSide.Provider && facts.World.GivenUp.Contains(PeerRefused)))
            {
                continue;
            }

            var key = ObjectKey.Of(cluster, Kinds.ForeignCluster, peer);
            if (!peer.IsGoing)
            {
                yield return new DeleteStep(key, "Liqo itself never removes it")
                {
                    YieldsAs = cluster == ClusterSide.Provider ? PeerRefused : null,
                };
            }

            yield return WaitForEnd.Of(key, spec.Patience, peer.Holders);
        }
    }

    /// <summary>A wait for what only the consumer's controllers, in talk with the provider, can bring about.</summary>
    private static WaitStep Wait(
        UnpeeringSpec spec,
        UnpeeringFacts facts,
        ResourceKind kind,
        string purpose,
        IReadOnlyList<Target> targets,
        IEnumerable<(ResourceKind, IEnumerable<ClusterObject>)> left
    )
    {
        if (facts.Peer?.ApiServerAnswers == false)
        {
            throw new LiqoRefusedException(
                LiqoRefusal.ProviderUnreachable,
                $"'{facts.ProviderId}' does not answer the consumer, so its objects cannot be taken back.",
                "Wait until it answers again. If it is gone for good, use ForcedPeeringRemover."
            );
        }

        return new WaitStep(new ObjectKey(ClusterSide.Consumer, kind, null, facts.ProviderId), purpose)
        {
            Targets = [.. targets, new PeeringObjects(facts.ProviderId).Peers],
            Patience = spec.Patience,
            LastObserved = RemovalSteps.Held(left),
            Remedy =
                "Pods that cannot be evicted and namespaces that cannot be deleted on the provider are the usual reasons. "
                + "If the provider is gone for good, use ForcedPeeringRemover.",
        };
    }
}

using System.Text.Json.Nodes;
using HybridLlm.Liqo.Clusters;
using HybridLlm.Liqo.Observing;
using HybridLlm.Liqo.Resources;
using HybridLlm.Liqo.Slices;
using HybridLlm.Liqo.Steps;

namespace HybridLlm.Liqo.Unpeering;

/// <summary>
/// Takes a peering apart from the consumer's side alone. Liqo's controllers do most of it once they are told that the
/// provider is gone for good; what they leave is released by force, in the order of who depends on whom.
/// </summary>
internal static class ForcedRemovalPlanner
{
    private const string Unnoticed = "the provider's end goes unnoticed";
    private const string Stuck = "Liqo's controllers do not let go";
    private static readonly TimeSpan s_noticePatience = TimeSpan.FromSeconds(30);

    /// <summary>Steps still to do; empty when nothing is left.</summary>
    /// <exception cref="LiqoRefusedException">The consumer still reaches the provider.</exception>
    public static IReadOnlyList<PlannedStep> Plan(ForcedRemovalSpec spec, UnpeeringFacts facts) =>
        [
            .. facts.HoldsAnything ? DeathSteps(spec, facts) : [],
            .. PodSteps(facts),
            .. LoanSteps(spec, facts),
            .. CredentialSteps(spec, facts),
            .. facts.World.GivenUp.Contains(Stuck) ? FinalizerRelease.Steps(spec, facts) : [],
            .. NetworkRemoval.Deletions(facts.World, ClusterSide.Consumer),
            .. NamespaceSteps(spec, facts),
            .. RemainderSteps(spec, facts),
        ];

    /// <summary>Liqo's controllers heed the mark only once their own pings fail, every 15 s.</summary>
    private static IEnumerable<PlannedStep> DeathSteps(ForcedRemovalSpec spec, UnpeeringFacts facts)
    {
        if (facts.Peer is not { } peer)
        {
            yield break;
        }

        var key = ObjectKey.Of(ClusterSide.Consumer, Kinds.ForeignCluster, peer);
        if (peer.ApiServerAnswers == true)
        {
            if (!facts.World.GivenUp.Contains(Unnoticed))
            {
                yield return new WaitStep(key, "the consumer to notice that the provider is gone")
                {
                    Targets = [Target.On(key)],
                    Patience = s_noticePatience,
                    LastObserved = "the provider answers the consumer",
                    Remedy = "Unpeer with PeeringRemover.",
                    YieldsAs = Unnoticed,
                };
            }
            else if (!spec.IsKnownGone)
            {
                throw new LiqoRefusedException(
                    LiqoRefusal.ProviderAlive,
                    $"'{spec.ProviderId}' answers the consumer, so it is not gone.",
                    "Unpeer with PeeringRemover. If the provider is known to be gone, say so with IsKnownGone."
                );
            }
        }

        if (!peer.IsDeclaredGone)
        {
            JsonObject mark = new() { [LiqoNames.PermanentlyUnreachable] = "true" };
            JsonObject patch = new() { ["metadata"] = new JsonObject { ["annotations"] = mark } };
            yield return new UpdateStep(key, patch, "declares the provider gone for good");
        }
    }

    /// <summary>
    /// A drain waits for pods that only the provider could end, and for ever if it began before the provider was declared
    /// gone. No new ones may come meanwhile.
    /// </summary>
    private static IEnumerable<PlannedStep> PodSteps(UnpeeringFacts facts)
    {
        foreach (var node in facts.Nodes.Where(n => !n.IsGoing && n.Spec?.Unschedulable != true))
        {
            yield return NodeCordon.Step(node, isCordoned: true);
        }

        foreach (var pod in facts.Pods.Where(p => !p.IsGoing || p.Metadata.Finalizers is null or { Count: 0 }))
        {
            var key = ObjectKey.Of(ClusterSide.Consumer, Kinds.Pod, pod);
            yield return new DeleteStep(key, "nobody is left to end it", AtOnce: true);
        }
    }

    private static IEnumerable<PlannedStep> LoanSteps(ForcedRemovalSpec spec, UnpeeringFacts facts)
    {
        PeeringObjects objects = new(facts.ProviderId);
        return
        [
            .. Delete(Kinds.ResourceSlice, facts.Slices, "what was lent is gone"),
            .. Delete(Kinds.VirtualNode, facts.VirtualNodes, "removes the node"),
            .. Handover(
                spec,
                facts,
                Kinds.VirtualNode,
                "Liqo to let go of the slices and virtual nodes",
                [objects.Peers, objects.Slices, objects.VirtualNodes, objects.Nodes, .. facts.PodTargets],
                [
                    RemovalSteps.Left(Kinds.ResourceSlice, facts.Slices),
                    RemovalSteps.Left(Kinds.VirtualNode, facts.VirtualNodes),
                ]
            ),
        ];
    }

    private static IEnumerable<PlannedStep> CredentialSteps(ForcedRemovalSpec spec, UnpeeringFacts facts)
    {
        PeeringObjects objects = new(facts.ProviderId);
        return
        [
            .. Delete(Kinds.NamespaceMap, facts.NamespaceMaps, "the namespaces it stands for are gone"),
            .. Delete(Kinds.Identity, facts.Identities, "the credentials open nothing any more"),
            .. Handover(
                spec,
                facts,
                Kinds.Identity,
                "Liqo to let go of the credentials",
                [objects.Peers, objects.NamespaceMaps, objects.Identities, objects.Renews, objects.Kubeconfigs],
                [
                    RemovalSteps.Left(Kinds.NamespaceMap, facts.NamespaceMaps),
                    RemovalSteps.Left(Kinds.Identity, facts.Identities),
                    RemovalSteps.Left(Kinds.Renew, facts.Renews),
                    RemovalSteps.Left(Kinds.Secret, facts.Kubeconfigs),
                ]
            ),
        ];
    }

    private static IEnumerable<PlannedStep> NamespaceSteps(ForcedRemovalSpec spec, UnpeeringFacts facts)
    {
        foreach (var ns in facts.Namespaces)
        {
            var key = ObjectKey.Of(ClusterSide.Consumer, Kinds.Namespace, ns);
            if (!ns.IsGoing)
            {
                yield return new DeleteStep(key, "clears what the peering leaves behind");
            }

            yield return new WaitStep(key, "it to be gone")
            {
                Targets = [Target.On(key)],
                Patience = spec.Patience,
                LastObserved = ns.Obstacles is { Length: > 0 } obstacles ? obstacles : "it is still there",
                Remedy = "See which of its objects have finalizers, and why their controllers do not remove them.",
            };
        }
    }

    /// <summary>After the namespace, since a virtual kubelet in it would make its node again.</summary>
    private static IEnumerable<PlannedStep> RemainderSteps(ForcedRemovalSpec spec, UnpeeringFacts facts)
    {
        PlannedStep[] deletions =
        [
            .. Delete(Kinds.Node, facts.Nodes, "it stands for nothing"),
            .. Delete(Kinds.ClusterRoleBinding, facts.Bindings, "its virtual kubelet is gone"),
            .. Delete(Kinds.SigningRequest, facts.SigningRequests, "its virtual kubelet is gone"),
            .. facts.Peer is { } peer
                ? Delete(Kinds.ForeignCluster, [peer], "its mark would make a cluster of this id look dead")
                : [],
        ];
        foreach (var deletion in deletions)
        {
            yield return deletion;
        }

        if (facts.Peer is { } going)
        {
            var key = ObjectKey.Of(ClusterSide.Consumer, Kinds.ForeignCluster, going);
            yield return new WaitStep(key, "it to be gone")
            {
                Targets = [Target.On(key)],
                Patience = spec.Patience,
                LastObserved = $"it is held by {going.Holders}",
                Remedy = "Look at Liqo's controller manager on the consumer.",
            };
        }
    }

    private static IEnumerable<PlannedStep> Delete(
        ResourceKind kind,
        IEnumerable<ClusterObject> objects,
        string purpose
    ) => RemovalSteps.Delete(ClusterSide.Consumer, kind, objects, purpose);

    /// <summary>
    /// A wait for Liqo's controllers, unless they were waited for in vain. They let go only once the ForeignCluster is marked, and of a
    /// peering that broke off early it may only now come to be.
    /// </summary>
    private static IEnumerable<PlannedStep> Handover(
        ForcedRemovalSpec spec,
        UnpeeringFacts facts,
        ResourceKind kind,
        string purpose,
        IReadOnlyList<Target> targets,
        IReadOnlyList<(ResourceKind Kind, IEnumerable<ClusterObject> Objects)> left
    )
    {
        if (left.Any(l => l.Objects.Any()) && !facts.World.GivenUp.Contains(Stuck))
        {
            yield return new WaitStep(new ObjectKey(ClusterSide.Consumer, kind, null, facts.ProviderId), purpose)
            {
                Targets = targets,
                Patience = spec.Patience,
                LastObserved = RemovalSteps.Held(left),
                Remedy = "Look at Liqo's controllers on the consumer.",
                YieldsAs = Stuck,
            };
        }
    }
}

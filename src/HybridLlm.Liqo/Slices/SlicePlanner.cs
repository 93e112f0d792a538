using System.Text.Json.Nodes;
using HybridLlm.Liqo.Clusters;
using HybridLlm.Liqo.Observing;
using HybridLlm.Liqo.Peering;
using HybridLlm.Liqo.Resources;
using HybridLlm.Liqo.Steps;

namespace HybridLlm.Liqo.Slices;

/// <summary>What is asked of the provider, and the virtual node that stands for it once it is granted.</summary>
internal static class SlicePlanner
{
    /// <summary>How long a node takes at most when nothing is wrong.</summary>
    private static readonly TimeSpan s_usual = TimeSpan.FromSeconds(45);

    public static IEnumerable<PlannedStep> Steps(SliceSpec spec, PairFacts facts)
    {
        var name = spec.SliceName;
        var wanted = spec.Resources.ToQuantities();
        return [.. SliceSteps(spec, facts, name, wanted), .. spec.HasNode ? NodeSteps(spec, facts, name, wanted) : []];
    }

    private static IEnumerable<PlannedStep> SliceSteps(
        SliceSpec spec,
        PairFacts facts,
        string name,
        IReadOnlyDictionary<string, string> wanted
    )
    {
        ObjectKey key = new(ClusterSide.Consumer, Kinds.ResourceSlice, facts.ConsumerNamespace, name);
        var slice = facts.Slice(name);
        var write = Write(spec, facts, key, slice, wanted);
        if (slice is { IsGoing: true })
        {
            yield return Wait(
                spec,
                facts,
                key,
                "the slice of the peering before to be gone",
                $"held by {slice.Holders}"
            );
            write = new CreateStep(key, Wanted(spec, key, facts, wanted), Purpose(wanted));
        }
        else if (slice?.Refusal is { } refusal)
        {
            if (write is null)
            {
                throw new LiqoRefusedException(
                    LiqoRefusal.SliceDenied,
                    $"The provider denies slice '{name}': {refusal}.",
                    "Ask for less or for another class, or see why the provider's tenant is cordoned."
                );
            }

            // A refusal says not which wish it answers: only a new slice gets an answer that is surely new.
            yield return new DeleteStep(key, "takes back the wish that was denied");
            write = new CreateStep(key, Wanted(spec, key, facts, wanted), Purpose(wanted));
        }

        if (write is not null)
        {
            yield return write;
        }

        if (write is not null || !slice!.IsAccepted || !Quantity.Covers(slice.Status?.Resources, wanted))
        {
            ThrowIfLost(facts);
            yield return Wait(spec, facts, key, "the provider to grant it", Answers(slice));
        }
    }

    private static IEnumerable<PlannedStep> NodeSteps(
        SliceSpec spec,
        PairFacts facts,
        string name,
        IReadOnlyDictionary<string, string> wanted
    )
    {
        var node = facts.Node(name);
        if (node is not null && node.Label(LiqoNames.RemoteClusterId) != facts.ProviderId)
        {
            throw new LiqoRefusedException(
                LiqoRefusal.NameTaken,
                $"The consumer has a node '{name}' that does not stand for '{facts.ProviderId}'.",
                "Choose another SliceName: it names the virtual node as well."
            );
        }

        var isBefore = node is not null && !NodeOfSlice.Is(node, facts.Slice(name), facts.VirtualNode(name));
        if (!isBefore && node is { IsReady: true, IsGoing: false } && Quantity.Covers(node.Status?.Allocatable, wanted))
        {
            yield break;
        }

        Selection kubelet = new(Kinds.Pod, facts.ConsumerNamespace) { Labels = $"{LiqoNames.VirtualNodeLabel}={name}" };
        if (PodComplaints.Hopeless(Kubelets(facts, name)) is { } complaint)
        {
            throw new LiqoRefusedException(
                LiqoRefusal.VirtualKubeletFailing,
                $"The virtual kubelet of node '{name}' does not start: {complaint.Reason}: {complaint.Message}.",
                $"Look at its pod in namespace '{facts.ConsumerNamespace}': its image, and whether it reaches the provider."
            );
        }

        ObjectKey key = new(ClusterSide.Consumer, Kinds.Node, null, name);
        ObjectKey virtualNode = new(ClusterSide.Consumer, Kinds.VirtualNode, facts.ConsumerNamespace, name);
        yield return new WaitStep(key, "the virtual node to be Ready with all that was granted")
        {
            Targets =
            [
                Target.On(key),
                Target.On(virtualNode) with
                {
                    // Only the VirtualNode can tell that an old Node is the right one.
                    Delay = isBefore ? TimeSpan.Zero : s_usual,
                },
                new Target(ClusterSide.Consumer, kubelet) { IsOptional = true, Delay = s_usual },
                Lifeline(facts),
            ],
            Patience = spec.Patience,
            LastObserved = (isBefore ? "the Node is that of the slice before; " : "") + Progress(facts, name, node),
            Remedy =
                "A VirtualNode without a Node: look at the virtual kubelet's pod. A Node that is not Ready: the consumer's "
                + "pods must reach the provider's API server.",
        };
    }

    private static PlannedStep? Write(
        SliceSpec spec,
        PairFacts facts,
        ObjectKey key,
        ResourceSlice? slice,
        IReadOnlyDictionary<string, string> wanted
    )
    {
        var current = slice?.Spec?.Resources ?? new Dictionary<string, string>();

        // Controllers spell quantities their own way; an equal one is left as it stands.
        Dictionary<string, string> spelled = wanted.ToDictionary(
            w => w.Key,
            w => current.GetValueOrDefault(w.Key) is { } there && Quantity.AreEqual(there, w.Value) ? there : w.Value
        );
        var write = Ensure.AsWanted(facts.World, key, Wanted(spec, key, facts, spelled), Purpose(wanted));
        List<string> surplus = [.. current.Keys.Except(wanted.Keys).Order(StringComparer.Ordinal)];
        return write is CreateStep || surplus.Count == 0
            ? write
            : WithoutSurplus(write as UpdateStep, key, surplus, wanted);
    }

    /// <summary>A merge patch removes what it names with null.</summary>
    private static UpdateStep WithoutSurplus(
        UpdateStep? update,
        ObjectKey key,
        List<string> surplus,
        IReadOnlyDictionary<string, string> wanted
    )
    {
        var patch = update?.Patch ?? [];
        var spec = patch["spec"] as JsonObject ?? [];
        var resources = spec["resources"] as JsonObject ?? [];
        foreach (var name in surplus)
        {
            resources[name] = null;
        }

        spec["resources"] = resources.Parent is null ? resources : resources.DeepClone();
        patch["spec"] = spec.Parent is null ? spec : spec.DeepClone();
        return new UpdateStep(key, patch, Purpose(wanted));
    }

    private static ResourceSlice Wanted(
        SliceSpec spec,
        ObjectKey key,
        PairFacts facts,
        IReadOnlyDictionary<string, string> resources
    ) =>
        new()
        {
            Metadata = new ObjectMeta
            {
                Name = key.Name,
                Namespace = key.Namespace,
                Labels = new Dictionary<string, string>
                {
                    [LiqoNames.Replication] = "true",
                    [LiqoNames.RemoteId] = facts.ProviderId,
                    [LiqoNames.RemoteClusterId] = facts.ProviderId,
                },
                Annotations = spec.HasNode
                    ? new Dictionary<string, string> { [LiqoNames.CreateVirtualNode] = "true" }
                    : null,
            },
            Spec = new ResourceSliceSpec
            {
                Class = spec.Class,
                ProviderClusterId = facts.ProviderId,
                Resources = resources,
            },
        };

    private static string Purpose(IReadOnlyDictionary<string, string> wanted) =>
        wanted.Count == 0
            ? "asks for what the provider gives by default"
            : "asks for "
                + string.Join(
                    ", ",
                    wanted.OrderBy(w => w.Key, StringComparer.Ordinal).Select(w => $"{w.Key} {w.Value}")
                );

    private static WaitStep Wait(SliceSpec spec, PairFacts facts, ObjectKey key, string purpose, string lastObserved) =>
        new(key, purpose)
        {
            Targets = [Target.On(key), Lifeline(facts)],
            Patience = spec.Patience,
            LastObserved = lastObserved,
            Remedy =
                "Look at the slice's events on both clusters. No condition at all: the consumer's crd-replicator does not "
                + "reach the provider, or its class has no controller there.",
        };

    /// <summary>
    /// A watch on the provider, so that its death ends the wait at once; without a way there, on what the consumer believes.
    /// </summary>
    private static Target Lifeline(PairFacts facts) =>
        facts.HasProvider
            ? Target.On(new ObjectKey(ClusterSide.Provider, Kinds.Tenant, facts.ProviderNamespace, facts.ConsumerId))
            : Target.On(new ObjectKey(ClusterSide.Consumer, Kinds.ForeignCluster, null, facts.ProviderId));

    private static void ThrowIfLost(PairFacts facts)
    {
        if (!facts.HasProvider && facts.ForeignCluster?.ApiServerAnswers == false)
        {
            throw new LiqoRefusedException(
                LiqoRefusal.ProviderUnreachable,
                $"'{facts.ProviderId}' does not answer the consumer, so it grants nothing.",
                "Wait until it answers again. If it is gone for good, use ForcedPeeringRemover."
            );
        }
    }

    private static string Answers(ResourceSlice? slice) =>
        (slice?.Authentication, slice?.Resources) switch
        {
            (null, null) => "the provider has not answered",
            (var authentication, null) => $"{authentication}; no answer about resources",
            (null, var resources) => $"{resources}; no answer about authentication",
            (var authentication, var resources) => $"{authentication}; {resources}",
        };

    private static string Progress(PairFacts facts, string name, Node? node)
    {
        List<string> seen = [];
        seen.Add(
            node is not null ? $"the Node's {(node.Readiness is { } ready ? ready : "readiness is not known")}"
            : facts.VirtualNode(name) is { } wish
                ? $"a VirtualNode without a Node ({string.Join(", ", (wish.Status?.Conditions ?? []).Distinct())})"
            : "no VirtualNode"
        );
        seen.AddRange(Kubelets(facts, name).Select(p => $"pod {p.Name} is {PodComplaints.Of(p)}"));
        return string.Join("; ", seen);
    }

    private static IEnumerable<Pod> Kubelets(PairFacts facts, string name) =>
        facts
            .World.All(ClusterSide.Consumer, Kinds.Pod)
            .Where(p => p.Namespace == facts.ConsumerNamespace && p.Label(LiqoNames.VirtualNodeLabel) == name);
}

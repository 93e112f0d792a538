using HybridLlm.Liqo.Clusters;
using HybridLlm.Liqo.Observing;
using HybridLlm.Liqo.Peering;
using HybridLlm.Liqo.Resources;
using HybridLlm.Liqo.Steps;

namespace HybridLlm.Liqo.Slices;

/// <summary>What is missing for a virtual node to stand, or still there of it. Pure.</summary>
internal static class VirtualNodePlanner
{
    public static IReadOnlyList<Target> Targets(PairFacts facts, string name, string? slice) =>
        slice is null
            ? [Target.On(Key(facts, name))]
            : [Target.On(Key(facts, name)), Target.On(Slice(facts, slice)), Target.On(Identity(facts, slice))];

    /// <exception cref="LiqoRefusedException">The slice is not there, or the node's name belongs to something else.</exception>
    public static IEnumerable<PlannedStep> Steps(VirtualNodeSpec spec, PairFacts facts)
    {
        var slice = facts.Slice(spec.SliceName);
        var identity = facts.World.Find(Identity(facts, spec.SliceName)) is Identity found
            ? found.Status?.KubeconfigSecretRef?.Name
            : null;
        if (slice is not { IsAccepted: true, IsGoing: false } || string.IsNullOrEmpty(identity))
        {
            throw new LiqoRefusedException(
                LiqoRefusal.SliceMissing,
                $"Slice '{spec.SliceName}' of '{spec.ProviderId}' is not there or not granted.",
                "Ask for it with SliceManager first."
            );
        }

        var node = facts.Node(spec.Name);
        if (node is not null && node.Label(LiqoNames.RemoteClusterId) != spec.ProviderId)
        {
            throw new LiqoRefusedException(
                LiqoRefusal.NameTaken,
                $"The consumer has a node '{spec.Name}' that does not stand for '{spec.ProviderId}'.",
                "Choose another Name."
            );
        }

        var key = Key(facts, spec.Name);
        var quantities = spec.Resources ?? slice.Status?.Resources ?? new Dictionary<string, string>();
        var wanted = Wanted(spec, key, identity, quantities);
        const string Purpose = "a node that stands for the slice";
        if (facts.World.Find(key) is { IsGoing: true } before)
        {
            yield return Gone(key, "the virtual node before to be gone", spec.Patience, before);
            yield return new CreateStep(key, wanted, Purpose);
        }
        else if (Ensure.AsWanted(facts.World, key, wanted, Purpose) is { } write)
        {
            yield return write;
        }

        // A Node that is older than its VirtualNode is that of the VirtualNode before.
        var isThere =
            node is { IsReady: true, IsGoing: false }
            && Quantity.Covers(node.Status?.Allocatable, quantities)
            && facts.World.Find(key) is { IsGoing: false } there
            && NodeOfSlice.IsNotBefore(node, there);
        if (spec.HasNode && !isThere)
        {
            yield return new WaitStep(NodeKey(spec.Name), "the virtual node to be Ready with all it is to offer")
            {
                Targets = [Target.On(NodeKey(spec.Name)), Target.On(key)],
                Patience = spec.Patience,
                LastObserved = node?.Readiness is { } ready ? $"the Node's {ready}" : "there is no Node",
                Remedy = "Look at the virtual kubelet's pod: the consumer's pods must reach the provider's API server.",
            };
        }
    }

    public static IEnumerable<PlannedStep> Removal(string name, TimeSpan patience, PairFacts facts)
    {
        var key = Key(facts, name);
        if (facts.World.Find(key) is { IsGoing: false })
        {
            yield return new DeleteStep(key, "evicts its pods and removes the node");
        }

        if (facts.World.Find(key) is { } held)
        {
            yield return Gone(key, "it and its node to be gone", patience, held);
        }
    }

    private static WaitStep Gone(ObjectKey key, string what, TimeSpan patience, ClusterObject held) =>
        new(key, what)
        {
            Targets = [Target.On(key), Target.On(NodeKey(key.Name))],
            Patience = patience,
            LastObserved = $"it is held by {held.Holders}",
            Remedy = "Pods that cannot be evicted are the usual reason; look at those on the virtual node.",
        };

    public static ObjectKey NodeKey(string name) => new(ClusterSide.Consumer, Kinds.Node, null, name);

    private static VirtualNode Wanted(
        VirtualNodeSpec spec,
        ObjectKey key,
        string secret,
        IReadOnlyDictionary<string, string> quantities
    ) =>
        new()
        {
            Metadata = new ObjectMeta
            {
                Name = key.Name,
                Namespace = key.Namespace,
                Labels = new Dictionary<string, string> { [LiqoNames.RemoteClusterId] = spec.ProviderId },
            },
            Spec = new HybridLlm.Liqo.Resources.VirtualNodeSpec
            {
                ClusterId = spec.ProviderId,
                CreateNode = spec.HasNode,
                DisableNetworkCheck = spec.IgnoresNetwork,
                KubeconfigSecretRef = new SecretReference { Name = secret },
                ResourceQuota = new ResourceQuota { Hard = quantities },
                Labels = new Dictionary<string, string>(spec.Labels) { [LiqoNames.RemoteClusterId] = spec.ProviderId },
                OffloadingPatch =
                    spec.RemoteNodeSelector.Count > 0 || spec.RemoteRuntimeClass is not null
                        ? new OffloadingPatch
                        {
                            NodeSelector = spec.RemoteNodeSelector.Count > 0 ? spec.RemoteNodeSelector : null,
                            RuntimeClassName = spec.RemoteRuntimeClass,
                        }
                        : null,
            },
        };

    private static ObjectKey Key(PairFacts facts, string name) =>
        new(ClusterSide.Consumer, Kinds.VirtualNode, facts.ConsumerNamespace, name);

    private static ObjectKey Slice(PairFacts facts, string name) =>
        new(ClusterSide.Consumer, Kinds.ResourceSlice, facts.ConsumerNamespace, name);

    private static ObjectKey Identity(PairFacts facts, string slice) =>
        new(ClusterSide.Consumer, Kinds.Identity, facts.ConsumerNamespace, LiqoNames.SliceIdentityOf(slice));
}

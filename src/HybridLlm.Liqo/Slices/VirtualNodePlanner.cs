using HybridLlm.Liqo.Clusters;
using HybridLlm.Liqo.Observing;
using HybridLlm.Liqo.Peering;
using HybridLlm.Liqo.Resources;
using HybridLlm.Liqo.Steps;

namespace HybridLlm.Liqo.Slices;

/// <summary>What is missing for a virtual node to stand, or still there of it. Pure.</summary>
internal static class VirtualNodePlanner
{
    public static IReadOnlyList<Target> Targets(PairFacts facts, string name, VirtualNodeSpec? spec) =>
        [
            Target.On(Key(facts, name)),
            .. spec?.SliceName is { } slice
                ? [Target.On(Slice(facts, slice)), Target.On(Identity(facts, slice))]
                : Array.Empty<Target>(),
            .. spec?.KubeconfigSecret is { } secret ? [Target.On(Secret(facts, secret))] : Array.Empty<Target>(),
        ];

    /// <exception cref="LiqoRefusedException">The slice is not there, or the node's name belongs to something else.</exception>
    public static IEnumerable<PlannedStep> Steps(VirtualNodeSpec spec, PairFacts facts)
    {
        var slice = spec.SliceName is { } name ? facts.Slice(name) : null;
        var secret = CredentialsOf(spec, facts, slice);
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
        var quantities = spec.Resources ?? slice?.Status?.Resources ?? new Dictionary<string, string>();
        var wanted = VirtualNodeWish.Of(spec, key, secret, slice?.Status, quantities);
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

    /// <summary>Name of the Secret with which the provider is entered.</summary>
    private static string CredentialsOf(VirtualNodeSpec spec, PairFacts facts, ResourceSlice? slice)
    {
        if (spec.KubeconfigSecret is { } given)
        {
            return facts.World.Find(Secret(facts, given)) is Secret found && found.Value("kubeconfig") is not null
                ? given
                : throw new LiqoRefusedException(
                    LiqoRefusal.KubeconfigMissing,
                    $"Namespace '{facts.ConsumerNamespace}' has no Secret '{given}' with a kubeconfig.",
                    "Put the provider's kubeconfig there under the key 'kubeconfig', or name a slice."
                );
        }

        var identity = facts.World.Find(Identity(facts, spec.SliceName!)) as Identity;
        return
            slice is { IsAccepted: true, IsGoing: false }
            && identity?.Status?.KubeconfigSecretRef?.Name is { Length: > 0 } secret
            ? secret
            : throw new LiqoRefusedException(
                LiqoRefusal.SliceMissing,
                $"Slice '{spec.SliceName}' of '{spec.ProviderId}' is not there or not granted.",
                "Ask for it with SliceManager first."
            );
    }

    private static ObjectKey Key(PairFacts facts, string name) =>
        new(ClusterSide.Consumer, Kinds.VirtualNode, facts.ConsumerNamespace, name);

    private static ObjectKey Slice(PairFacts facts, string name) =>
        new(ClusterSide.Consumer, Kinds.ResourceSlice, facts.ConsumerNamespace, name);

    private static ObjectKey Identity(PairFacts facts, string slice) =>
        new(ClusterSide.Consumer, Kinds.Identity, facts.ConsumerNamespace, LiqoNames.SliceIdentityOf(slice));

    private static ObjectKey Secret(PairFacts facts, string name) =>
        new(ClusterSide.Consumer, Kinds.Secret, facts.ConsumerNamespace, name);
}

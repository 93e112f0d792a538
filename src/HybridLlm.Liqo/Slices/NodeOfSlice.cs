using HybridLlm.Liqo.Clusters;
using HybridLlm.Liqo.Observing;
using HybridLlm.Liqo.Resources;

namespace HybridLlm.Liqo.Slices;

/// <summary>
/// Tells the Node of a slice from that of a slice before it, of the same name. The Node before is Ready and bears the same labels until
/// its pods are evicted and its virtual kubelet has stopped.
/// </summary>
internal static class NodeOfSlice
{
    /// <summary>Whether a Node stands for a slice.</summary>
    /// <remarks>
    /// One API server writes both times, in whole seconds. Equal ones are of one slice: none is granted, gets its Node, goes and is asked
    /// for again within a second. An older Node may still be the slice's, where somebody deleted the slice with its dependents orphaned,
    /// made the virtual node by hand before the slice, or runs API servers whose clocks differ. Then the VirtualNode decides: Liqo admits
    /// none while a Node has its name, so the Node is its own, and its owner says which slice that is.
    /// </remarks>
    /// <param name="node">The Node.</param>
    /// <param name="slice">The slice; null when it is yet to be made, and has no Node then.</param>
    /// <param name="virtualNode">The VirtualNode of that name; null when it was not seen.</param>
    public static bool Is(Node node, ResourceSlice? slice, VirtualNode? virtualNode) =>
        slice is { IsGoing: false }
        && (IsNotBefore(node, slice) || (virtualNode is { IsGoing: false } && IsOf(virtualNode, slice)));

    /// <summary>Whether the slice and the Node of a name leave open whether they belong together.</summary>
    public static bool NeedsVirtualNode(World world, string name) =>
        world.Find(ClusterSide.Consumer, Kinds.Node, null, name) is { } node
        && world.All(ClusterSide.Consumer, Kinds.ResourceSlice).FirstOrDefault(s => s.Name == name) is { } slice
        && !Is(node, slice, virtualNode: null);

    /// <summary>Whether a Node is at least as young as what it stands for; unknown times do not count against it.</summary>
    public static bool IsNotBefore(Node node, ClusterObject cause) =>
        !(node.Metadata.CreationTimestamp < cause.Metadata.CreationTimestamp);

    private static bool IsOf(VirtualNode virtualNode, ResourceSlice slice) =>
        virtualNode.Metadata.OwnerReferences is not { Count: > 0 } owners
        || owners.Any(o => o.Uid == slice.Metadata.Uid);
}

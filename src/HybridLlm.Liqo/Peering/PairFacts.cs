using HybridLlm.Liqo.Clusters;
using HybridLlm.Liqo.Observing;
using HybridLlm.Liqo.Resources;

namespace HybridLlm.Liqo.Peering;

/// <summary>Who two clusters are, and what was last seen of them.</summary>
internal record PairFacts
{
    public required string ConsumerId { get; init; }
    public required string ProviderId { get; init; }
    public required string ConsumerLiqoNamespace { get; init; }
    public required string ProviderLiqoNamespace { get; init; }
    public required World World { get; init; }

    /// <summary>Whether there is a way to the provider; without it only the consumer can be looked at.</summary>
    public bool HasProvider { get; init; } = true;

    public string ConsumerNamespace => NamespaceOf(ClusterSide.Consumer);

    public string ProviderNamespace => NamespaceOf(ClusterSide.Provider);

    public ForeignCluster? ForeignCluster => World.Find(ClusterSide.Consumer, Kinds.ForeignCluster, null, ProviderId);

    public ResourceSlice? Slice(string name) =>
        World.Find(ClusterSide.Consumer, Kinds.ResourceSlice, ConsumerNamespace, name);

    public VirtualNode? VirtualNode(string name) =>
        World.Find(ClusterSide.Consumer, Kinds.VirtualNode, ConsumerNamespace, name);

    public Node? Node(string name) => World.Find(ClusterSide.Consumer, Kinds.Node, null, name);

    /// <summary>Id of the cluster at the other end.</summary>
    public string PeerOf(ClusterSide cluster) => cluster == ClusterSide.Consumer ? ProviderId : ConsumerId;

    public string LiqoNamespaceOf(ClusterSide cluster) =>
        cluster == ClusterSide.Consumer ? ConsumerLiqoNamespace : ProviderLiqoNamespace;

    /// <summary>The namespaces a cluster keeps for its peer: one, or none yet.</summary>
    public IReadOnlyList<NamespaceObject> TenantNamespacesOf(ClusterSide cluster) =>
        TenantNamespaces.Of(World, cluster, PeerOf(cluster));

    public string NamespaceOf(ClusterSide cluster) =>
        TenantNamespacesOf(cluster) is [var found, ..] ? found.Name : LiqoNames.TenantNamespaceOf(PeerOf(cluster));
}

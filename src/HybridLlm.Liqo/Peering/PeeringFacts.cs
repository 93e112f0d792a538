using HybridLlm.Liqo.Clusters;
using HybridLlm.Liqo.Identities;
using HybridLlm.Liqo.Observing;
using HybridLlm.Liqo.Resources;

namespace HybridLlm.Liqo.Peering;

/// <summary>What a peering's planners know: who the two are, and what was last seen of them.</summary>
internal sealed record PeeringFacts
{
    public required string ConsumerId { get; init; }
    public required string ProviderId { get; init; }
    public required string ConsumerLiqoNamespace { get; init; }
    public required string ProviderLiqoNamespace { get; init; }

    /// <summary>What the consumer shows the provider.</summary>
    public required ConsumerCredentials Credentials { get; init; }

    public required World World { get; init; }

    public string ConsumerNamespace => NamespaceFor(ClusterSide.Consumer);

    public string ProviderNamespace => NamespaceFor(ClusterSide.Provider);

    public Secret? Nonce => World.Find(ClusterSide.Provider, Kinds.Secret, ProviderNamespace, LiqoNames.NonceSecret);

    public Secret? SignedNonce =>
        World.Find(ClusterSide.Consumer, Kinds.Secret, ConsumerNamespace, LiqoNames.SignedNonceSecret);

    public Secret? KnownCertificate =>
        World.Find(ClusterSide.Provider, Kinds.Secret, ProviderNamespace, LiqoNames.RemoteCertificateSecret);

    public Tenant? Tenant => World.Find(ClusterSide.Provider, Kinds.Tenant, ProviderNamespace, ConsumerId);

    public Identity? Identity =>
        World.Find(
            ClusterSide.Consumer,
            Kinds.Identity,
            ConsumerNamespace,
            LiqoNames.ControlPlaneIdentityOf(ProviderId)
        );

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

    private string NamespaceFor(ClusterSide cluster) =>
        TenantNamespacesOf(cluster) is [var found, ..] ? found.Name : LiqoNames.TenantNamespaceOf(PeerOf(cluster));
}

using HybridLlm.Liqo.Clusters;
using HybridLlm.Liqo.Observing;
using HybridLlm.Liqo.Resources;

namespace HybridLlm.Liqo.Unpeering;

/// <summary>
/// Where to find what a consumer holds of its peering with a provider, or with all when the id is null. Labels find it
/// wherever it is, whatever its namespace is called.
/// </summary>
internal sealed class PeeringObjects(string? providerId)
{
    public Target Namespaces => OfPeer(Kinds.Namespace, LiqoNames.TenantNamespace);
    public Target Slices => Replicated(Kinds.ResourceSlice);
    public Target VirtualNodes => OfPeer(Kinds.VirtualNode);
    public Target NamespaceMaps => Replicated(Kinds.NamespaceMap);
    public Target Renews => Replicated(Kinds.Renew);
    public Target Identities => OfPeer(Kinds.Identity);
    public Target Tenants => OfPeer(Kinds.Tenant);
    public Target Kubeconfigs => OfPeer(Kinds.Secret, LiqoNames.IdentityType);
    public Target Nodes => OfPeer(Kinds.Node);
    public Target Bindings => OfPeer(Kinds.ClusterRoleBinding);

    public Target Peers =>
        providerId is null
            ? On(new Selection(Kinds.ForeignCluster))
            : Target.On(new ObjectKey(ClusterSide.Consumer, Kinds.ForeignCluster, null, providerId));

    /// <summary>Requests for the virtual kubelets' serving certificates; they name their user, not the peer.</summary>
    public static Target SigningRequests { get; } = On(new Selection(Kinds.SigningRequest)) with { IsOptional = true };

    public IReadOnlyList<Target> All =>
        [
            Namespaces,
            Slices,
            VirtualNodes,
            NamespaceMaps,
            Renews,
            Identities,
            Tenants,
            Kubeconfigs,
            Nodes,
            Bindings,
            Peers,
            SigningRequests,
            .. NetworkRemoval.Kinds.Select(k => OfPeer(k) with { IsOptional = true }),
        ];

    /// <summary>Ranges Liqo's network holds in a tenant namespace.</summary>
    public static Target RangesIn(string ns) => On(new Selection(Kinds.IpamNetwork, ns)) with { IsOptional = true };

    /// <summary>Pods a virtual node holds for its provider; not those a DaemonSet put there in vain.</summary>
    public static Target PodsOn(string node) =>
        On(new Selection(Kinds.Pod) { Labels = $"{LiqoNames.ShadowPod}=true", Fields = $"spec.nodeName={node}" });

    private Target Replicated(ResourceKind kind) => Labelled(kind, LiqoNames.RemoteId, $"{LiqoNames.Replication}=true");

    private Target OfPeer(ResourceKind kind, params string[] further) =>
        Labelled(kind, LiqoNames.RemoteClusterId, further);

    private Target Labelled(ResourceKind kind, string label, params string[] further) =>
        On(
            new Selection(kind)
            {
                Labels = string.Join(',', further.Prepend(providerId is null ? label : $"{label}={providerId}")),
            }
        );

    private static Target On(Selection selection) => new(ClusterSide.Consumer, selection);
}

using HybridLlm.Liqo.Clusters;
using HybridLlm.Liqo.Observing;
using HybridLlm.Liqo.Resources;

namespace HybridLlm.Liqo.Unpeering;

/// <summary>What is known of a peering that is to end.</summary>
internal sealed record UnpeeringFacts
{
    public required string ConsumerId { get; init; }
    public required string ProviderId { get; init; }
    public required World World { get; init; }

    public IReadOnlyList<ResourceSlice> Slices => All(Kinds.ResourceSlice);
    public IReadOnlyList<VirtualNode> VirtualNodes => All(Kinds.VirtualNode);
    public IReadOnlyList<Node> Nodes => All(Kinds.Node);
    public IReadOnlyList<Pod> Pods => All(Kinds.Pod);
    public IReadOnlyList<PlainObject> NamespaceMaps => All(Kinds.NamespaceMap);
    public IReadOnlyList<PlainObject> Renews => All(Kinds.Renew);
    public IReadOnlyList<Secret> Kubeconfigs => All(Kinds.Secret);
    public IReadOnlyList<PlainObject> Bindings => All(Kinds.ClusterRoleBinding);

    /// <summary>Ranges Liqo's network holds in the consumer's tenant namespaces.</summary>
    public IReadOnlyList<IpamNetwork> Ranges =>
        [.. All(Kinds.IpamNetwork).Where(r => Namespaces.Any(n => n.Name == r.Namespace))];

    /// <summary>Where to look for them.</summary>
    public IEnumerable<Target> RangeTargets => Namespaces.Select(n => PeeringObjects.RangesIn(n.Name));

    public IReadOnlyList<Identity> Identities => All(Kinds.Identity);

    public IReadOnlyList<Identity> ControlPlaneIdentities =>
        [.. Identities.Where(i => i.Spec?.Type == Identity.ControlPlane)];

    public IReadOnlyList<NamespaceObject> Namespaces => All(Kinds.Namespace);

    public ForeignCluster? Peer => World.Find(ClusterSide.Consumer, Kinds.ForeignCluster, null, ProviderId);

    /// <summary>Whether anything but the ForeignCluster, which Liqo never removes, is there.</summary>
    public bool HoldsAnything =>
        Namespaces.Count
            + Slices.Count
            + VirtualNodes.Count
            + Nodes.Count
            + NamespaceMaps.Count
            + Identities.Count
            + Renews.Count
            + Kubeconfigs.Count
            + Bindings.Count
            + NetworkRemoval.Kinds.Sum(k => World.All(ClusterSide.Consumer, k).Count)
        > 0;

    /// <summary>Whether the provider is a consumer of this cluster as well: then only this direction ends.</summary>
    public bool IsMutual => All(Kinds.Tenant).Count > 0;

    /// <summary>Certificate requests of the peering's virtual kubelets, which run in its namespaces.</summary>
    public IReadOnlyList<SigningRequest> SigningRequests =>
        [
            .. All(Kinds.SigningRequest)
                .Where(r =>
                    Namespaces
                        .Select(n => n.Name)
                        .Append(LiqoNames.TenantNamespaceOf(ProviderId))
                        .Any(n => r.Spec?.Username?.StartsWith(AccountsOf(n), StringComparison.Ordinal) == true)
                ),
        ];

    /// <summary>What the provider keeps for the consumer; empty when it was not looked at.</summary>
    public IReadOnlyList<NamespaceObject> ProviderNamespaces =>
        TenantNamespaces.Of(World, ClusterSide.Provider, ConsumerId);

    public IReadOnlyList<Tenant> ProviderTenants => World.All(ClusterSide.Provider, Kinds.Tenant);

    public ForeignCluster? PeerOnProvider => World.Find(ClusterSide.Provider, Kinds.ForeignCluster, null, ConsumerId);

    /// <summary>Where to look for the pods that the peering's virtual nodes hold.</summary>
    public IEnumerable<Target> PodTargets => Nodes.Select(n => PeeringObjects.PodsOn(n.Name));

    public string PodsLeft =>
        Pods.Count == 0 ? "" : $"; pods still on it: {string.Join(", ", Pods.Select(p => $"{p.Namespace}/{p.Name}"))}";

    private static string AccountsOf(string ns) => $"system:serviceaccount:{ns}:";

    private IReadOnlyList<T> All<T>(ResourceKind<T> kind)
        where T : ClusterObject => World.All(ClusterSide.Consumer, kind);
}

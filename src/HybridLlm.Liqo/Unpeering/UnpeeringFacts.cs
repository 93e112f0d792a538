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

    /// <summary>Where to look for it; a peering user may not see it.</summary>
    public Target PeerTargetOnProvider =>
        Target.On(new ObjectKey(ClusterSide.Provider, Kinds.ForeignCluster, null, ConsumerId)) with
        {
            IsOptional = true,
        };

    /// <summary>Whether Liqo may only now be making a ForeignCluster, of a peering that broke off just before.</summary>
    public bool MayGetPeers => IsPeerToCome || IsPeerToComeOnProvider;

    /// <summary>With the ForeignClusters that may come to be until the rest is gone.</summary>
    public UnpeeringFacts WithPeersToCome()
    {
        var world = World;
        if (IsPeerToCome)
        {
            world = world.With(ClusterSide.Consumer, Kinds.ForeignCluster, PeerNamed(ProviderId));
        }

        if (IsPeerToComeOnProvider)
        {
            world = world.With(ClusterSide.Provider, Kinds.ForeignCluster, PeerNamed(ConsumerId));
        }

        return this with
        {
            World = world,
        };
    }

    /// <summary>Where to look for the pods that the peering's virtual nodes hold.</summary>
    public IEnumerable<Target> PodTargets => Nodes.Select(n => PeeringObjects.PodsOn(n.Name));

    public string PodsLeft =>
        Pods.Count == 0 ? "" : $"; pods still on it: {string.Join(", ", Pods.Select(p => $"{p.Namespace}/{p.Name}"))}";

    private bool IsPeerToCome =>
        Peer is null && Identities.Count + VirtualNodes.Count + Configurations(ClusterSide.Consumer) > 0;

    private bool IsPeerToComeOnProvider =>
        PeerOnProvider is null
        && World.IsListed(PeerTargetOnProvider)
        && ProviderTenants.Count + Configurations(ClusterSide.Provider) > 0;

    private int Configurations(ClusterSide side) => World.All(side, Kinds.Configuration).Count;

    private static ForeignCluster PeerNamed(string id) => new() { Metadata = new ObjectMeta { Name = id } };

    private static string AccountsOf(string ns) => $"system:serviceaccount:{ns}:";

    private IReadOnlyList<T> All<T>(ResourceKind<T> kind)
        where T : ClusterObject => World.All(ClusterSide.Consumer, kind);
}

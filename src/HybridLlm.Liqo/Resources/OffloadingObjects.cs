using System.Text.Json.Serialization;

namespace HybridLlm.Liqo.Resources;

/// <summary>core.liqo.io/v1beta1 ForeignCluster: what a cluster's controllers believe about another.</summary>
internal sealed record ForeignCluster : ClusterObject
{
    public ForeignClusterStatus? Status { get; init; }

    /// <summary>Whether the other API server answered the last ping; null before the first.</summary>
    public bool? ApiServerAnswers =>
        Status?.Conditions?.LastOrDefault(c => c.Type == "APIServerStatus")?.Status switch
        {
            null or "None" or "Pending" => null,
            "Established" => true,
            _ => false,
        };

    /// <summary>Whether it was declared gone for good.</summary>
    public bool IsDeclaredGone => Annotation(LiqoNames.PermanentlyUnreachable) == "true";
}

internal sealed record ForeignClusterStatus
{
    public string? Role { get; init; }
    public string? ApiServerUrl { get; init; }
    public IReadOnlyList<Condition>? Conditions { get; init; }
    public IReadOnlyDictionary<string, PeerModule>? Modules { get; init; }
}

internal sealed record PeerModule
{
    public bool Enabled { get; init; }
    public IReadOnlyList<Condition>? Conditions { get; init; }
}

/// <summary>offloading.liqo.io/v1beta1 VirtualNode: the wish for a Node that stands for a slice.</summary>
internal sealed record VirtualNode : ClusterObject
{
    public VirtualNodeSpec? Spec { get; init; }
    public VirtualNodeStatus? Status { get; init; }
}

internal sealed record VirtualNodeSpec
{
    [JsonPropertyName("clusterID")]
    public string? ClusterId { get; init; }

    public bool? CreateNode { get; init; }
    public bool? DisableNetworkCheck { get; init; }
    public SecretReference? KubeconfigSecretRef { get; init; }
    public ResourceQuota? ResourceQuota { get; init; }
    public IReadOnlyDictionary<string, string>? Labels { get; init; }
    public IReadOnlyList<StorageClass>? StorageClasses { get; init; }
    public IReadOnlyList<IngressClass>? IngressClasses { get; init; }
    public IReadOnlyList<LoadBalancerClass>? LoadBalancerClasses { get; init; }
    public OffloadingPatch? OffloadingPatch { get; init; }

    /// <summary>Options of the virtual kubelet; null takes those of Liqo's chart.</summary>
    public ObjectReference? VkOptionsTemplateRef { get; init; }
}

internal sealed record ResourceQuota
{
    public IReadOnlyDictionary<string, string>? Hard { get; init; }
}

/// <summary>A class of volumes of the provider that pods may name; Liqo leaves the default's mark out where it is false.</summary>
internal sealed record StorageClass
{
    public required string StorageClassName { get; init; }
    public bool? Default { get; init; }
}

/// <summary>The same of Ingresses.</summary>
internal sealed record IngressClass
{
    public required string IngressClassName { get; init; }
    public bool? Default { get; init; }
}

/// <summary>The same of Services of type LoadBalancer.</summary>
internal sealed record LoadBalancerClass
{
    public required string LoadBalancerClassName { get; init; }
    public bool? Default { get; init; }
}

internal sealed record OffloadingPatch
{
    public IReadOnlyDictionary<string, string>? NodeSelector { get; init; }
    public string? RuntimeClassName { get; init; }
}

internal sealed record VirtualNodeStatus
{
    public IReadOnlyList<Condition>? Conditions { get; init; }
}

/// <summary>offloading.liqo.io/v1beta1 NamespaceOffloading; always named <c>offloading</c>.</summary>
internal sealed record NamespaceOffloading : ClusterObject
{
    public NamespaceOffloadingSpec? Spec { get; init; }
    public NamespaceOffloadingStatus? Status { get; init; }
}

internal sealed record NamespaceOffloadingSpec
{
    public string? PodOffloadingStrategy { get; init; }
    public string? NamespaceMappingStrategy { get; init; }
    public string? RemoteNamespaceName { get; init; }
    public NodeSelector? ClusterSelector { get; init; }
}

/// <summary>Kubernetes core/v1 NodeSelector: terms are ORed, the requirements of one are ANDed.</summary>
internal sealed record NodeSelector
{
    public required IReadOnlyList<NodeSelectorTerm> NodeSelectorTerms { get; init; }
}

internal sealed record NodeSelectorTerm
{
    public IReadOnlyList<NodeRequirement>? MatchExpressions { get; init; }
}

internal sealed record NodeRequirement
{
    public required string Key { get; init; }
    public required string Operator { get; init; }
    public IReadOnlyList<string>? Values { get; init; }
}

internal sealed record NamespaceOffloadingStatus
{
    public long? ObservedGeneration { get; init; }
    public string? OffloadingPhase { get; init; }
    public string? RemoteNamespaceName { get; init; }
    public IReadOnlyDictionary<string, IReadOnlyList<Condition>>? RemoteNamespacesConditions { get; init; }
}

/// <summary>ipam.liqo.io/v1alpha1 Network: a range Liqo knows.</summary>
internal sealed record IpamNetwork : ClusterObject
{
    public IpamNetworkSpec? Spec { get; init; }
    public IpamNetworkStatus? Status { get; init; }
}

internal sealed record IpamNetworkStatus
{
    [JsonPropertyName("cidr")]
    public string? Cidr { get; init; }
}

internal sealed record IpamNetworkSpec
{
    [JsonPropertyName("cidr")]
    public string? Cidr { get; init; }
}

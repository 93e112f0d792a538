namespace HybridLlm.Liqo;

/// <summary>Why something cannot go on.</summary>
public enum LiqoRefusal
{
    /// <summary>Both ends are the same cluster, or two clusters with one id.</summary>
    SameCluster,

    /// <summary>Several tenant namespaces exist for one peer.</summary>
    TenantNamespaceAmbiguous,

    /// <summary>Ranges that pods or services use exist on both clusters.</summary>
    RangesOverlap,

    /// <summary>The provider does not accept the consumer's signature or certificate request.</summary>
    TenantRejected,

    /// <summary>The provider takes no new work from this consumer.</summary>
    TenantCordoned,

    /// <summary>The provider does not lend what is asked.</summary>
    SliceDenied,

    /// <summary>A node or slice of that name belongs to something else.</summary>
    NameTaken,

    /// <summary>The consumer cannot run the virtual kubelet.</summary>
    VirtualKubeletFailing,

    /// <summary>The namespace to offload does not exist.</summary>
    NamespaceMissing,

    /// <summary>The namespace is offloaded in a way that cannot be changed any more.</summary>
    OffloadingImmutable,

    /// <summary>No provider could make the remote namespace.</summary>
    OffloadingFailed,

    /// <summary>The provider does not answer, so nothing can be undone in agreement with it.</summary>
    ProviderUnreachable,

    /// <summary>The provider is alive, so nothing may be torn out of its hands.</summary>
    ProviderAlive,

    /// <summary>Liqo's network is wanted, and one of the clusters runs without its module.</summary>
    NetworkModuleOff,

    /// <summary>The installed gateway template does not take the port or address asked for.</summary>
    GatewayTemplateUnsuitable,

    /// <summary>A gateway's pod does not start, or there are several connections for one peer.</summary>
    GatewayFailing,

    /// <summary>The provider's API server cannot be reached through the tunnel: its proxy is not there.</summary>
    ProxyMissing,

    /// <summary>The consumer still borrows resources, so it needs its credentials.</summary>
    SlicesLeft,

    /// <summary>The provider knows no such consumer, or no such slice of it.</summary>
    TenantMissing,

    /// <summary>The consumer has a peering user already, whose key nobody can show again.</summary>
    PeeringUserExists,

    /// <summary>The certificate authority did not sign, or the roles of a peering user are not installed.</summary>
    PeeringUserRefused,

    /// <summary>The slice a virtual node is to stand for does not exist or is not granted.</summary>
    SliceMissing,

    /// <summary>The Secret with the kubeconfig of a virtual node's provider is not there.</summary>
    KubeconfigMissing,

    /// <summary>The consumer has another key than when it borrowed; what it has borrowed does not follow.</summary>
    KeyReplaced,
}

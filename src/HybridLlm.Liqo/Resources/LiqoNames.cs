namespace HybridLlm.Liqo.Resources;

/// <summary>Names, labels and annotations Liqo gives a meaning to. Upstream: pkg/consts and the controllers of v1.2.0.</summary>
internal static class LiqoNames
{
    public const string RemoteClusterId = LiqoLabels.RemoteClusterId;
    public const string TenantNamespace = "liqo.io/tenant-namespace";
    public const string Nonce = "liqo.io/nonce";
    public const string SignedNonce = "liqo.io/signed-nonce";
    public const string Replication = "liqo.io/replication";
    public const string RemoteId = "liqo.io/remoteID";
    public const string CreateVirtualNode = "liqo.io/create-virtual-node";
    public const string PermanentlyUnreachable = "liqo.io/foreign-cluster-permanently-unreachable";
    public const string ShadowPod = "liqo.io/shadowPod";
    public const string IdentityType = "liqo.io/identity-type";
    public const string VirtualNodeLabel = "liqo.io/virtual-node";
    public const string Replicated = "liqo.io/replicated";
    public const string SliceLabel = "liqo.io/resourceslice-name";
    public const string SliceCordon = "liqo.io/cordon";
    public const string PeeringUser = "liqo.io/peering-user-name";
    public const string Component = "app.kubernetes.io/component";
    public const string NetworkType = "ipam.liqo.io/network-type";
    public const string GatewayResource = "networking.liqo.io/gateway-resource";

    public const string ReplicaFinalizer = "crdreplicator.liqo.io/resource";
    public const string ReplicatorFinalizer = "crdreplicator.liqo.io/operator";
    public const string VirtualNodeFinalizer = "virtualnode-controller.liqo.io/finalizer";

    public const string RangeFinalizer = "network.ipam.liqo.io/finalizer";

    public const string NonceSecret = "liqo-nonce";
    public const string SignedNonceSecret = "liqo-signed-nonce";
    public const string RemoteCertificateSecret = "liqo-remote-certificate";
    public const string KeysSecret = "authentication-keys";
    public const string Offloading = "offloading";
    public const string ServerTemplate = "wireguard-server";
    public const string ClientTemplate = "wireguard-client";
    public const string ApiServerProxy = "api-server-proxy";

    /// <summary>Labels a tenant namespace's pods need to start where Pod Security is enforced.</summary>
    public static readonly IReadOnlyList<string> PodSecurity =
    [
        "pod-security.kubernetes.io/audit",
        "pod-security.kubernetes.io/enforce",
        "pod-security.kubernetes.io/warn",
    ];

    public static string TenantNamespaceOf(string remoteId) => $"liqo-tenant-{remoteId}";

    public static string ControlPlaneIdentityOf(string remoteId) => $"controlplane-{remoteId}";

    public static string KubeconfigSecretOf(string identity) => $"kubeconfig-{identity}";

    public static string SliceIdentityOf(string slice) => $"resourceslice-{slice}";

    /// <summary>Name of a gateway's Deployment, Service, Secret and Connection.</summary>
    public static string GatewayPartOf(string gateway) => $"gw-{gateway}";

    public static string PeeringUserOf(string consumerId) => $"liqo-peer-user-{consumerId}";

    public static string VirtualKubeletBindingOf(string virtualNode) => $"liqo-node-{virtualNode}";

    public static string VirtualKubeletDeploymentOf(string virtualNode) => $"vk-{virtualNode}";
}

/// <summary>Keys within the Secrets Liqo and its clients exchange.</summary>
internal static class SecretKeys
{
    public const string PrivateKey = "privateKey";
    public const string Nonce = "nonce";
    public const string SignedNonce = "signedNonce";
    public const string Csr = "csr";
    public const string PublicKey = "publicKey";
}

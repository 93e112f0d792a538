namespace HybridLlm.Testing.Liqo;

/// <summary>Kinds, labels, annotations and finalizers of Liqo 1.2.</summary>
internal static class LiqoNames
{
    public const string Authentication = "authentication.liqo.io/v1beta1";
    public const string Core = "core.liqo.io/v1beta1";
    public const string Networking = "networking.liqo.io/v1beta1";
    public const string Offloading = "offloading.liqo.io/v1beta1";
    public const string Ipam = "ipam.liqo.io/v1alpha1";

    /// <summary>The Secret with a cluster's own key pair.</summary>
    public const string KeysSecret = "authentication-keys";

    public const string RemoteId = "liqo.io/remote-cluster-id";
    public const string Managed = "liqo.io/managed";
    public const string ManagedBy = "app.kubernetes.io/managed-by";
    public const string Replication = "liqo.io/replication";
    public const string ReplicationTarget = "liqo.io/remoteID";
    public const string ReplicationOrigin = "liqo.io/originID";
    public const string Replicated = "liqo.io/replicated";
    public const string IdentityType = "liqo.io/identity-type";
    public const string SliceName = "liqo.io/resourceslice-name";
    public const string NetworkType = "ipam.liqo.io/network-type";
    public const string GatewayResource = "networking.liqo.io/gateway-resource";
    public const string NodeType = "liqo.io/type";
    public const string SchedulingEnabled = "liqo.io/scheduling-enabled";
    public const string ShadowPod = "liqo.io/shadowPod";
    public const string RemoteUnavailable = "liqo.io/remote-unavailable";
    public const string NotAllowed = "virtual-node.liqo.io/not-allowed";

    public const string RemoteTenantNamespace = "liqo.io/remote-tenant-namespace";
    public const string Cordon = "liqo.io/cordon";
    public const string CordonTenant = "liqo.io/cordon-tenant";
    public const string CreateVirtualNode = "liqo.io/create-virtual-node";
    public const string Unreachable = "liqo.io/foreign-cluster-permanently-unreachable";
    public const string Preinstalled = "liqo.io/preinstalled";
    public const string ManagedByMap = "liqo.io/managed-by-namespace-map";
    public const string OriginalName = "liqo.io/original-name";

    public const string TenantFinalizer = "tenant.liqo.io/finalizer";
    public const string ReplicaFinalizer = "crdreplicator.liqo.io/resource";
    public const string ReplicatorFinalizer = "crdreplicator.liqo.io/operator";
    public const string VirtualNodeFinalizer = "virtualnode-controller.liqo.io/finalizer";
    public const string MapFinalizer = "namespacemap-controller.liqo.io/finalizer";
    public const string OffloadingFinalizer = "namespaceoffloading-controller.liqo.io/finalizer";
    public const string NetworkFinalizer = "network.ipam.liqo.io/finalizer";
    public const string CheckerFinalizer = "api-server-checker.liqo.io/finalizer";
}

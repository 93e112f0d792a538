using System.Text.Json.Serialization.Metadata;

namespace HybridLlm.Liqo.Resources;

/// <summary>Every kind of object this package touches.</summary>
internal static class Kinds
{
    private const string Authentication = "authentication.liqo.io";
    private const string Offloading = "offloading.liqo.io";
    private const string Networking = "networking.liqo.io";
    private const string Rbac = "rbac.authorization.k8s.io";

    private static readonly LiqoJson s_json = LiqoJson.Default;

    public static readonly ResourceKind<ConfigMap> ConfigMap = Core("configmaps", "ConfigMap", s_json.ConfigMap);
    public static readonly ResourceKind<Event> Event = Core("events", "Event", s_json.Event);
    public static readonly ResourceKind<NamespaceObject> Namespace = Wide(
        "namespaces",
        "Namespace",
        s_json.NamespaceObject
    );
    public static readonly ResourceKind<Node> Node = Wide("nodes", "Node", s_json.Node);
    public static readonly ResourceKind<Pod> Pod = Core("pods", "Pod", s_json.Pod);
    public static readonly ResourceKind<Secret> Secret = Core("secrets", "Secret", s_json.Secret);
    public static readonly ResourceKind<PlainObject> ServiceAccount = Core(
        "serviceaccounts",
        "ServiceAccount",
        s_json.PlainObject
    );

    public static readonly ResourceKind<Deployment> Deployment = new(
        "apps",
        "v1",
        "deployments",
        "Deployment",
        true,
        s_json.Deployment
    );

    public static readonly ResourceKind<PlainObject> ClusterRoleBinding = new(
        Rbac,
        "v1",
        "clusterrolebindings",
        "ClusterRoleBinding",
        false,
        s_json.PlainObject
    );

    public static readonly ResourceKind<PlainObject> ClusterRole = new(
        Rbac,
        "v1",
        "clusterroles",
        "ClusterRole",
        false,
        s_json.PlainObject
    );

    public static readonly ResourceKind<PlainObject> Role = new(Rbac, "v1", "roles", "Role", true, s_json.PlainObject);

    public static readonly ResourceKind<RoleBinding> RoleBinding = new(
        Rbac,
        "v1",
        "rolebindings",
        "RoleBinding",
        true,
        s_json.RoleBinding
    );

    public static readonly ResourceKind<SigningRequest> SigningRequest = new(
        "certificates.k8s.io",
        "v1",
        "certificatesigningrequests",
        "CertificateSigningRequest",
        false,
        s_json.SigningRequest
    );

    public static readonly ResourceKind<ForeignCluster> ForeignCluster = new(
        "core.liqo.io",
        "v1beta1",
        "foreignclusters",
        "ForeignCluster",
        false,
        s_json.ForeignCluster
    );

    public static readonly ResourceKind<IpamNetwork> IpamNetwork = new(
        "ipam.liqo.io",
        "v1alpha1",
        "networks",
        "Network",
        true,
        s_json.IpamNetwork
    );

    public static readonly ResourceKind<IpamAddress> IpamAddress = new(
        "ipam.liqo.io",
        "v1alpha1",
        "ips",
        "IP",
        true,
        s_json.IpamAddress
    );

    public static readonly ResourceKind<Configuration> Configuration = Liqo(
        Networking,
        "configurations",
        "Configuration",
        s_json.Configuration
    );

    public static readonly ResourceKind<GatewayServer> GatewayServer = Liqo(
        Networking,
        "gatewayservers",
        "GatewayServer",
        s_json.GatewayServer
    );

    public static readonly ResourceKind<GatewayClient> GatewayClient = Liqo(
        Networking,
        "gatewayclients",
        "GatewayClient",
        s_json.GatewayClient
    );

    // The plural is upstream's.
    public static readonly ResourceKind<PublicKey> PublicKey = Liqo(
        Networking,
        "publickeies",
        "PublicKey",
        s_json.PublicKey
    );

    public static readonly ResourceKind<Connection> Connection = Liqo(
        Networking,
        "connections",
        "Connection",
        s_json.Connection
    );

    public static readonly ResourceKind<GatewayTemplate> ServerTemplate = Liqo(
        Networking,
        "wggatewayservertemplates",
        "WgGatewayServerTemplate",
        s_json.GatewayTemplate
    );

    public static readonly ResourceKind<Identity> Identity = Liqo(
        Authentication,
        "identities",
        "Identity",
        s_json.Identity
    );

    public static readonly ResourceKind<PlainObject> Renew = Liqo(
        Authentication,
        "renews",
        "Renew",
        s_json.PlainObject
    );

    public static readonly ResourceKind<ResourceSlice> ResourceSlice = Liqo(
        Authentication,
        "resourceslices",
        "ResourceSlice",
        s_json.ResourceSlice
    );

    public static readonly ResourceKind<Tenant> Tenant = Liqo(Authentication, "tenants", "Tenant", s_json.Tenant);

    public static readonly ResourceKind<PlainObject> NamespaceMap = Liqo(
        Offloading,
        "namespacemaps",
        "NamespaceMap",
        s_json.PlainObject
    );

    public static readonly ResourceKind<NamespaceOffloading> NamespaceOffloading = Liqo(
        Offloading,
        "namespaceoffloadings",
        "NamespaceOffloading",
        s_json.NamespaceOffloading
    );

    public static readonly ResourceKind<VirtualNode> VirtualNode = Liqo(
        Offloading,
        "virtualnodes",
        "VirtualNode",
        s_json.VirtualNode
    );

    private static ResourceKind<T> Core<T>(string plural, string kind, JsonTypeInfo<T> json)
        where T : ClusterObject => new("", "v1", plural, kind, namespaced: true, json);

    private static ResourceKind<T> Wide<T>(string plural, string kind, JsonTypeInfo<T> json)
        where T : ClusterObject => new("", "v1", plural, kind, namespaced: false, json);

    private static ResourceKind<T> Liqo<T>(string group, string plural, string kind, JsonTypeInfo<T> json)
        where T : ClusterObject => new(group, "v1beta1", plural, kind, namespaced: true, json);
}

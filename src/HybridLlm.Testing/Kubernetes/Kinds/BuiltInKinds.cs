namespace HybridLlm.Testing.Kubernetes.Kinds;

/// <summary>The kinds every cluster has, as far as the emulator knows them.</summary>
internal static class BuiltInKinds
{
    public const string Namespaces = "namespaces";
    public const string Definitions = "customresourcedefinitions.apiextensions.k8s.io";

    private static readonly string[] s_write = ["get", "patch", "update"];

    public static IReadOnlyList<ResourceKind> All { get; } =
    [
        Cluster("v1", "Namespace", "namespaces", "ns") with
        {
            HasStatus = true,
            Subresources = new Dictionary<string, string[]> { ["finalize"] = ["update"] },
        },
        Cluster("v1", "Node", "nodes", "no") with
        {
            HasStatus = true,
        },
        Cluster("v1", "PersistentVolume", "persistentvolumes", "pv") with
        {
            HasStatus = true,
            ReturnsDeleted = true,
        },
        Namespaced("v1", "ConfigMap", "configmaps", "cm"),
        Namespaced("v1", "Endpoints", "endpoints", "ep") with
        {
            CreatesOnUpdate = true,
        },
        Namespaced("v1", "Event", "events", "ev") with
        {
            CreatesOnUpdate = true,
        },
        Namespaced("v1", "PersistentVolumeClaim", "persistentvolumeclaims", "pvc") with
        {
            HasStatus = true,
            ReturnsDeleted = true,
        },
        Namespaced("v1", "Pod", "pods", "po") with
        {
            HasStatus = true,
            HasGeneration = true,
            ReturnsDeleted = true,
            Categories = ["all"],
        },
        Namespaced("v1", "Secret", "secrets"),
        Namespaced("v1", "Service", "services", "svc") with
        {
            HasStatus = true,
            ReturnsDeleted = true,
            Categories = ["all"],
        },
        Namespaced("v1", "ServiceAccount", "serviceaccounts", "sa") with
        {
            ReturnsDeleted = true,
        },
        Namespaced("apps/v1", "DaemonSet", "daemonsets", "ds") with
        {
            HasStatus = true,
            HasGeneration = true,
        },
        Namespaced("apps/v1", "Deployment", "deployments", "deploy") with
        {
            HasStatus = true,
            HasGeneration = true,
        },
        Namespaced("apps/v1", "ReplicaSet", "replicasets", "rs") with
        {
            HasStatus = true,
            HasGeneration = true,
        },
        Namespaced("apps/v1", "StatefulSet", "statefulsets", "sts") with
        {
            HasStatus = true,
            HasGeneration = true,
        },
        Namespaced("batch/v1", "Job", "jobs") with
        {
            HasStatus = true,
            HasGeneration = true,
        },
        Namespaced("coordination.k8s.io/v1", "Lease", "leases") with
        {
            AllowsBlindUpdate = false,
            CreatesOnUpdate = true,
        },
        Namespaced("discovery.k8s.io/v1", "EndpointSlice", "endpointslices") with
        {
            HasGeneration = true,
        },
        Namespaced("networking.k8s.io/v1", "Ingress", "ingresses", "ing") with
        {
            HasStatus = true,
            HasGeneration = true,
        },
        Namespaced("networking.k8s.io/v1", "NetworkPolicy", "networkpolicies", "netpol") with
        {
            HasGeneration = true,
        },
        Cluster("node.k8s.io/v1", "RuntimeClass", "runtimeclasses") with
        {
            AllowsBlindUpdate = false,
        },
        Namespaced("policy/v1", "PodDisruptionBudget", "poddisruptionbudgets", "pdb") with
        {
            HasStatus = true,
            HasGeneration = true,
            AllowsBlindUpdate = false,
        },
        Cluster("rbac.authorization.k8s.io/v1", "ClusterRole", "clusterroles") with
        {
            CreatesOnUpdate = true,
        },
        Cluster("rbac.authorization.k8s.io/v1", "ClusterRoleBinding", "clusterrolebindings") with
        {
            CreatesOnUpdate = true,
        },
        Namespaced("rbac.authorization.k8s.io/v1", "Role", "roles") with
        {
            CreatesOnUpdate = true,
        },
        Namespaced("rbac.authorization.k8s.io/v1", "RoleBinding", "rolebindings") with
        {
            CreatesOnUpdate = true,
        },
        Cluster("scheduling.k8s.io/v1", "PriorityClass", "priorityclasses", "pc"),
        Cluster("storage.k8s.io/v1", "StorageClass", "storageclasses", "sc") with
        {
            ReturnsDeleted = true,
        },
        Cluster("certificates.k8s.io/v1", "CertificateSigningRequest", "certificatesigningrequests", "csr") with
        {
            HasStatus = true,
            Subresources = new Dictionary<string, string[]> { ["approval"] = s_write },
        },
        Cluster("admissionregistration.k8s.io/v1", "MutatingWebhookConfiguration", "mutatingwebhookconfigurations") with
        {
            HasGeneration = true,
            AllowsBlindUpdate = false,
        },
        Cluster(
            "admissionregistration.k8s.io/v1",
            "ValidatingWebhookConfiguration",
            "validatingwebhookconfigurations"
        ) with
        {
            HasGeneration = true,
            AllowsBlindUpdate = false,
        },
        Cluster("apiextensions.k8s.io/v1", "CustomResourceDefinition", "customresourcedefinitions", "crd", "crds") with
        {
            HasStatus = true,
            HasGeneration = true,
            AllowsBlindUpdate = false,
        },
        Cluster("authorization.k8s.io/v1", "SelfSubjectAccessReview", "selfsubjectaccessreviews") with
        {
            IsReview = true,
        },
        Cluster("authorization.k8s.io/v1", "SubjectAccessReview", "subjectaccessreviews") with
        {
            IsReview = true,
        },
    ];

    private static ResourceKind Namespaced(string apiVersion, string kind, string plural, params string[] shortNames) =>
        Cluster(apiVersion, kind, plural, shortNames) with
        {
            IsNamespaced = true,
        };

    private static ResourceKind Cluster(string apiVersion, string kind, string plural, params string[] shortNames)
    {
        var slash = apiVersion.IndexOf('/', StringComparison.Ordinal);
        return new ResourceKind
        {
            Group = slash < 0 ? "" : apiVersion[..slash],
            Version = apiVersion[(slash + 1)..],
            Kind = kind,
            Plural = plural,
            Singular = kind.ToLowerInvariant(),
            ListKind = kind + "List",
            ShortNames = shortNames,
            IsNamespaced = false,
            AllowsBlindUpdate = true,
        };
    }
}

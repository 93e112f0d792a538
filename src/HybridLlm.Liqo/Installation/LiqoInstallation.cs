using System.Net;
using HybridLlm.Liqo.Clusters;

namespace HybridLlm.Liqo.Installation;

/// <summary>A Liqo to be installed on a cluster, as provider, consumer or both.</summary>
public sealed record LiqoInstallation
{
    /// <summary>The cluster's id among its peers; it cannot be changed later.</summary>
    public required string ClusterId { get; init; }

    /// <summary>
    /// Address at which peers reach the API server, https, e.g. its Nebula address; its certificate must name it. Null takes
    /// the control-plane node's, which suits a consumer.
    /// </summary>
    public Uri? ApiServer { get; init; }

    /// <summary>Ranges of the cluster's pods, CIDR notation, one or more.</summary>
    public required IReadOnlyList<string> PodRanges { get; init; }

    /// <summary>Range of the cluster's services, CIDR notation.</summary>
    public required string ServiceRange { get; init; }

    /// <summary>Ranges in use around the cluster, such as the mesh and the LAN, CIDR notation; empty for none.</summary>
    public IReadOnlyList<string> ReservedRanges { get; init; } = [];

    /// <summary>Labels a provider's virtual nodes bear, e.g. <c>node-type: gpu</c>; empty for none.</summary>
    public IReadOnlyDictionary<string, string> ClusterLabels { get; init; } = new Dictionary<string, string>();

    /// <summary>
    /// Whether Liqo's own network is on. Off by default: without a change on both clusters, peerings use another network such as
    /// Nebula.
    /// </summary>
    public bool HasNetwork { get; init; }

    /// <summary>
    /// Whether addresses of pods are reflected to peers; false keeps addresses out that nobody can reach, where pods are reached by
    /// node ports only.
    /// </summary>
    public bool ReflectsAddresses { get; init; } = true;

    /// <summary>
    /// Whether a new cluster's keys are RSA instead of Ed25519 (<c>authentication.tlsCompatibilityMode</c>), for consumers whose tools
    /// cannot load Ed25519. Keys that are there are never replaced.
    /// </summary>
    public bool UsesRsaKeys { get; init; }

    /// <summary>
    /// What a provider grants of resources a slice does not name, Kubernetes quantities by resource; empty takes the chart's 4 CPU,
    /// 8Gi, 20Gi of disk and 110 pods.
    /// </summary>
    public IReadOnlyDictionary<string, string> DefaultResources { get; init; } = new Dictionary<string, string>();

    /// <summary>How a provider enforces what pods ask for; null takes the chart's, which is not at all.</summary>
    public LimitsEnforcement? Limits { get; init; }

    /// <summary>Whether pods are deleted from a virtual node whose cluster does not answer, so that others start elsewhere.</summary>
    public bool FailsOver { get; init; }

    /// <summary>Whether the storage class <c>liqo</c> is there; a volume of it on a rented cluster is lost with that.</summary>
    public bool HasStorage { get; init; } = true;

    /// <summary>Class that volumes of <c>liqo</c> get on this cluster; null takes its default.</summary>
    public string? StorageClass { get; init; }

    /// <summary>Arguments of the virtual kubelets besides Liqo's own, e.g. <c>--home-api-server-host=10.42.0.1</c>; empty for none.</summary>
    public IReadOnlyList<string> VirtualKubeletArguments { get; init; } = [];

    /// <summary>Name of the RuntimeClass that sends a pod to virtual nodes; null makes none.</summary>
    public string? RuntimeClass { get; init; }

    /// <summary>Whether the install looks at the node's kernel first; it needs a privileged pod for that.</summary>
    public bool ChecksKernel { get; init; } = true;

    /// <summary>
    /// Whether pods of offloaded namespaces may be created while Liqo's webhook does not answer; they are then not offloaded.
    /// </summary>
    public bool ToleratesDeadWebhook { get; init; }

    /// <summary>Whether an upgrade of the chart brings the CRDs along, which Helm by itself does not.</summary>
    public bool UpgradesDefinitions { get; init; }

    /// <summary>Whether Liqo's components tell metrics.</summary>
    public bool HasMetrics { get; init; }

    /// <summary>Tag of Liqo's images; null takes the chart's own.</summary>
    public string? ImageTag { get; init; }

    /// <summary>Version of the chart.</summary>
    public LiqoVersion Version { get; init; } = LiqoVersion.Target;

    internal void EnsureValid() => InvalidSpecException.ThrowIfAny("The Liqo installation", Faults());

    private IEnumerable<string?> Faults()
    {
        yield return Liqo.ClusterId.IsValid(ClusterId) ? null : $"ClusterId '{ClusterId}' is no cluster id";
        yield return ApiServer is null or { IsAbsoluteUri: true, Scheme: "https" }
            ? null
            : $"ApiServer '{ApiServer}' is no https address";
        yield return PodRanges.Count > 0 ? null : "PodRanges is empty";
        yield return Version.Objection is { } objection ? $"Version {Version} cannot be used: {objection}" : null;
        foreach (var (name, value) in DefaultResources)
        {
            yield return Resources.Quantity.Parse(value) is >= 0
                ? null
                : $"'{name}' is '{value}', which is no quantity";
        }

        foreach (var range in PodRanges.Append(ServiceRange).Concat(ReservedRanges))
        {
            yield return IPNetwork.TryParse(range, out _) ? null : $"'{range}' is no range in CIDR notation";
        }
    }
}

/// <summary>How a provider enforces what a slice's pods ask for. Upstream: Quota.spec.limitsEnforcement.</summary>
public enum LimitsEnforcement
{
    /// <summary>Not at all.</summary>
    None,

    /// <summary>What all pods together request may not exceed the slice.</summary>
    Soft,

    /// <summary>What all pods together may use may not exceed the slice: every pod needs limits.</summary>
    Hard,
}

using HybridLlm.Testing.Liqo.Networking;
using HybridLlm.Testing.Liqo.Peering;

namespace HybridLlm.Testing.Liqo;

/// <summary>How an <see cref="EmulatedLiqo"/> behaves.</summary>
public sealed class EmulatedLiqoOptions
{
    /// <summary>The cluster's id among its peers: a DNS label of at most 63 characters.</summary>
    public required string ClusterId { get; set; }

    /// <summary>Version it says it is, with the leading <c>v</c>.</summary>
    public string Version { get; set; } = "v1.2.0";

    /// <summary>Namespace of its components.</summary>
    public string Namespace { get; set; } = "liqo";

    /// <summary>
    /// Liqo's CustomResourceDefinitions, each one JSON object; null takes the built-in ones, which hold the rules that a client can run
    /// into and leave other fields open.
    /// </summary>
    public IReadOnlyList<string>? Definitions { get; set; }

    /// <summary>Whether the cluster's keys are RSA (<c>authentication.tlsCompatibilityMode</c>); Ed25519 otherwise.</summary>
    public bool UsesRsaKeys { get; set; }

    /// <summary>Where consumers are told that the API server is (<c>apiServer.address</c>); null tells its own address.</summary>
    public Uri? ApiServerAddress { get; set; }

    /// <summary>Labels that virtual nodes of this cluster get at the consumer (<c>discovery.config.clusterLabels</c>).</summary>
    public IReadOnlyDictionary<string, string> ClusterLabels { get; set; } = new Dictionary<string, string>();

    /// <summary>
    /// Whether its admission webhooks answer. Where they do not, the API server refuses what they are to look at, as their failurePolicy
    /// says.
    /// </summary>
    public bool WebhooksAnswer { get; set; } = true;

    /// <summary>
    /// Whether its <c>crd-replicator</c> runs: without it nothing is copied to a provider, and what was is never let go.
    /// </summary>
    public bool ReplicatorRuns { get; set; } = true;

    /// <summary>How it answers requests for resources.</summary>
    public SliceAnswer SliceAnswer { get; set; } = SliceAnswer.Accept;

    /// <summary>How long a provider takes to answer a request for resources.</summary>
    public TimeSpan SliceTime { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>How long a consumer takes from the accepted resources to the virtual node's Deployment.</summary>
    public TimeSpan VirtualNodeTime { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>How long the virtual kubelet takes to bring its Node up.</summary>
    public TimeSpan NodeTime { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>How long a consumer takes to remove the Node of a virtual node that is deleted, once no pod is on it.</summary>
    public TimeSpan NodeRemovalTime { get; set; }

    /// <summary>How long a cluster takes from the first object of a peer to its ForeignCluster.</summary>
    public TimeSpan ForeignClusterTime { get; set; }

    /// <summary>How often a consumer looks whether its providers' API servers answer.</summary>
    public TimeSpan PingPeriod { get; set; } = TimeSpan.FromSeconds(15);

    /// <summary>Whether Liqo makes the network between clusters (<c>networking.enabled</c>).</summary>
    public bool HasNetworking { get; set; }

    /// <summary>Range of addresses that peers see of hosts outside of this cluster (<c>ipam.externalCIDR</c>).</summary>
    public string ExternalCidr { get; set; } = "10.70.0.0/16";

    /// <summary>Range of Liqo's own interfaces (<c>ipam.internalCIDR</c>).</summary>
    public string InternalCidr { get; set; } = "10.80.0.0/16";

    /// <summary>
    /// Whether peers can reach the API server through the tunnel (<c>proxy.enabled</c>); needs <see cref="HasNetworking"/>.
    /// </summary>
    public bool HasProxy { get; set; } = true;

    /// <summary>How far its gateways come.</summary>
    public TunnelAnswer TunnelAnswer { get; set; } = TunnelAnswer.Connect;

    /// <summary>How long it takes to find ranges for a peer.</summary>
    public TimeSpan ConfigurationTime { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>How long a gateway takes to tell its keys and address.</summary>
    public TimeSpan GatewayTime { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>How long a gateway takes to connect once it has the other side's key.</summary>
    public TimeSpan ConnectionTime { get; set; } = TimeSpan.FromSeconds(1);
}

using HybridLlm.Liqo.Clusters;
using HybridLlm.Liqo.Slices;

namespace HybridLlm.Liqo.Diagnosis;

/// <summary>A cluster's Liqo and all its peers, as <c>liqoctl info</c> tells them, with what that leaves out: nodes that are not Ready.</summary>
public sealed record ClusterOverview
{
    internal ClusterOverview() { }

    /// <summary>The cluster's id among its peers.</summary>
    public required string Id { get; init; }

    /// <summary>Version of the installed Liqo; null for a build without one.</summary>
    public required LiqoVersion? Version { get; init; }

    /// <summary>Where consumers are told that its API server is; null takes its node's address, or may not be seen.</summary>
    public required Uri? ApiServer { get; init; }

    /// <summary>Labels its virtual nodes bear at consumers; empty for none.</summary>
    public required IReadOnlyDictionary<string, string> ClusterLabels { get; init; }

    /// <summary>Pods of Liqo that are not ready, and what they are at; empty when all is well or they may not be seen.</summary>
    public required IReadOnlyList<string> UnhealthyPods { get; init; }

    /// <summary>Ranges by what they are, e.g. <c>pod-cidr</c>, CIDR notation.</summary>
    public required IReadOnlyList<KeyValuePair<string, string>> Ranges { get; init; }

    /// <summary>Its peers, by id.</summary>
    public required IReadOnlyList<PeerOverview> Peers { get; init; }

    /// <summary>What it asks of providers, by name.</summary>
    public required IReadOnlyList<SliceStatus> Slices { get; init; }

    /// <summary>Certificates it holds for providers, the first to end first.</summary>
    public required IReadOnlyList<CertificateLife> Certificates { get; init; }
}

/// <summary>One peer of a cluster.</summary>
public sealed record PeerOverview
{
    internal PeerOverview() { }

    /// <summary>Id of the peer.</summary>
    public required string Id { get; init; }

    /// <summary>
    /// What the peer is: <c>Provider</c>, <c>Consumer</c>, <c>ConsumerAndProvider</c> or <c>Unknown</c>. After an unpeering
    /// Liqo 1.2 may go on saying <c>Provider</c>: it is no proof of a peering.
    /// </summary>
    public required string Role { get; init; }

    /// <summary>Whether its API server answered the last ping; null when it is never pinged.</summary>
    public required bool? Answers { get; init; }

    /// <summary>Where its API server is; null where it is no provider.</summary>
    public required string? ApiServer { get; init; }

    /// <summary>State of each module by name: <c>networking</c>, <c>authentication</c>, <c>offloading</c>.</summary>
    public required IReadOnlyDictionary<string, ModuleHealth> Modules { get; init; }

    /// <summary>What is wrong, in Liqo's and Kubernetes' own words; empty when nothing is.</summary>
    public required IReadOnlyList<string> Alerts { get; init; }
}

/// <summary>How a module of a peering is.</summary>
public enum ModuleHealth
{
    /// <summary>It is not in use with this peer.</summary>
    Disabled,

    /// <summary>Everything it says is well.</summary>
    Healthy,

    /// <summary>Something it says is not.</summary>
    Unhealthy,
}

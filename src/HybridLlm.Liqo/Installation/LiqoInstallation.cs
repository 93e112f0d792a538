using System.Net;
using HybridLlm.Liqo.Clusters;

namespace HybridLlm.Liqo.Installation;

/// <summary>
/// A Liqo to be installed on a cluster whose pods are reached by another network, such as Nebula: Liqo's own network is off.
/// </summary>
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
        foreach (var range in PodRanges.Append(ServiceRange).Concat(ReservedRanges))
        {
            yield return IPNetwork.TryParse(range, out _) ? null : $"'{range}' is no range in CIDR notation";
        }
    }
}

using System.Net;
using HybridLlm.Liqo.Peering;

namespace HybridLlm.Liqo.Diagnosis;

/// <summary>What is to be looked at before a peering.</summary>
public sealed record PreflightSpec
{
    /// <summary>The peering intended.</summary>
    public required PeeringSpec Peering { get; init; }

    /// <summary>Ranges in use around the clusters by what they are, e.g. <c>Nebula</c> and <c>LAN</c>, CIDR notation; empty for none.</summary>
    public IReadOnlyDictionary<string, string> OtherRanges { get; init; } = new Dictionary<string, string>();

    /// <summary>Namespace of Liqo's components on the consumer.</summary>
    public string ConsumerNamespace { get; init; } = Clusters.LiqoCluster.DefaultNamespace;

    /// <summary>Namespace of Liqo's components on the provider.</summary>
    public string ProviderNamespace { get; init; } = Clusters.LiqoCluster.DefaultNamespace;

    internal IEnumerable<string?> Faults()
    {
        foreach (var (name, range) in OtherRanges)
        {
            yield return IPNetwork.TryParse(range, out _)
                ? null
                : $"range '{name}' is '{range}', which is no CIDR notation";
        }

        foreach (var fault in Peering.Faults())
        {
            yield return fault;
        }
    }
}

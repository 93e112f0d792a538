using HybridLlm.Liqo.Networking;
using HybridLlm.Liqo.Slices;

namespace HybridLlm.Liqo.Peering;

/// <summary>A peering as it is wanted: the provider lends resources, and a virtual node on the consumer stands for them.</summary>
public sealed record PeeringSpec
{
    /// <summary>Resources asked for.</summary>
    public required SliceResources Resources { get; init; }

    /// <summary>How pods reach each other.</summary>
    public NetworkFabric Network { get; init; } = NetworkFabric.External;

    /// <summary>The tunnel, for <see cref="NetworkFabric.Liqo"/>; without meaning for the others.</summary>
    public GatewaySpec Gateway { get; init; } = new();

    /// <summary>
    /// Whether the consumer reaches the provider's API server through the tunnel, for one that has no other way there; needs
    /// <see cref="NetworkFabric.Liqo"/> and the proxy of the provider's Liqo.
    /// </summary>
    public bool InBand { get; init; }

    /// <summary>
    /// Name of the ResourceSlice, the VirtualNode and the Node, unique on the consumer; null takes the provider's id.
    /// </summary>
    public string? SliceName { get; init; }

    /// <summary>Longest any single wait lasts, 1 second or more.</summary>
    public TimeSpan Patience { get; init; } = TimeSpan.FromMinutes(3);

    internal SliceSpec ToSlice(string providerId) =>
        new()
        {
            ProviderId = providerId,
            Name = SliceName,
            Resources = Resources,
            Patience = Patience,
        };

    internal IEnumerable<string?> Faults()
    {
        yield return Patience >= TimeSpan.FromSeconds(1) ? null : $"Patience is {Patience}, must be 1 second or more";
        yield return SliceName is null || ClusterId.IsValid(SliceName)
            ? null
            : $"SliceName is '{SliceName}', must be 1–{ClusterId.MaxLength} lower-case letters, digits and inner hyphens";
        yield return InBand && Network != NetworkFabric.Liqo
            ? $"InBand is set and Network is {Network}: only Liqo's own network has the tunnel"
            : null;
        foreach (var fault in Resources.Faults().Concat(Network == NetworkFabric.Liqo ? Gateway.Faults() : []))
        {
            yield return fault;
        }
    }
}

namespace HybridLlm.Liqo.Peering;

/// <summary>A peering as it is wanted: the provider lends resources, and a virtual node on the consumer stands for them.</summary>
public sealed record PeeringSpec
{
    /// <summary>Resources asked for.</summary>
    public required SliceResources Resources { get; init; }

    /// <summary>How pods reach each other.</summary>
    public NetworkFabric Network { get; init; } = NetworkFabric.External;

    /// <summary>
    /// Name of the ResourceSlice, the VirtualNode and the Node, unique on the consumer; null takes the provider's id.
    /// </summary>
    public string? SliceName { get; init; }

    /// <summary>Longest any single wait lasts, 1 second or more.</summary>
    public TimeSpan Patience { get; init; } = TimeSpan.FromMinutes(3);

    internal IEnumerable<string?> Faults()
    {
        yield return Patience >= TimeSpan.FromSeconds(1) ? null : $"Patience is {Patience}, must be 1 second or more";
        yield return SliceName is null || ClusterId.IsValid(SliceName)
            ? null
            : $"SliceName is '{SliceName}', must be 1–{ClusterId.MaxLength} lower-case letters, digits and inner hyphens";
        foreach (var fault in Resources.Faults())
        {
            yield return fault;
        }
    }
}

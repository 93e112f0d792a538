using HybridLlm.Liqo.Peering;

namespace HybridLlm.Liqo.Slices;

/// <summary>A share of a provider's resources as it is wanted.</summary>
public sealed record SliceSpec
{
    /// <summary>Class that Liqo's own controllers answer.</summary>
    public const string DefaultClass = "default";

    /// <summary>Id of the provider; the consumer is authenticated with it.</summary>
    public required string ProviderId { get; init; }

    /// <summary>Resources asked for. A change resizes the slice and its node; what is taken away is not evicted.</summary>
    public required SliceResources Resources { get; init; }

    /// <summary>Name of the slice, the VirtualNode and the Node, unique on the consumer; null takes the provider's id.</summary>
    public string? Name { get; init; }

    /// <summary>Who answers on the provider: Liqo itself for <see cref="DefaultClass"/>, a plug-in of that class otherwise.</summary>
    public string Class { get; init; } = DefaultClass;

    /// <summary>Whether a virtual node stands for it; without one the wait ends when the slice is granted.</summary>
    public bool HasNode { get; init; } = true;

    /// <summary>Longest any single wait lasts, 1 second or more.</summary>
    public TimeSpan Patience { get; init; } = TimeSpan.FromMinutes(3);

    internal string SliceName => Name ?? ProviderId;

    internal IEnumerable<string?> Faults()
    {
        yield return ClusterId.IsValid(ProviderId) ? null : $"ProviderId is '{ProviderId}', which is no cluster id";
        yield return Patience >= TimeSpan.FromSeconds(1) ? null : $"Patience is {Patience}, must be 1 second or more";
        yield return Name is null || ClusterId.IsValid(Name)
            ? null
            : $"Name is '{Name}', must be 1–{ClusterId.MaxLength} lower-case letters, digits and inner hyphens";
        yield return string.IsNullOrEmpty(Class) ? "Class is empty" : null;
        foreach (var fault in Resources.Faults())
        {
            yield return fault;
        }
    }
}

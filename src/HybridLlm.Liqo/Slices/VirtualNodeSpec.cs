namespace HybridLlm.Liqo.Slices;

/// <summary>
/// A virtual node of its own for a slice that was granted without one, as for a second GPU pool behind one slice, or with other labels.
/// </summary>
public sealed record VirtualNodeSpec
{
    /// <summary>Name of the VirtualNode and the Node, unique on the consumer.</summary>
    public required string Name { get; init; }

    /// <summary>Id of the provider.</summary>
    public required string ProviderId { get; init; }

    /// <summary>The slice whose resources and credentials it uses.</summary>
    public required string SliceName { get; init; }

    /// <summary>What the node offers, Kubernetes quantities by resource; null offers all that the slice is granted.</summary>
    public IReadOnlyDictionary<string, string>? Resources { get; init; }

    /// <summary>Whether there is a Node to schedule on; false runs the virtual kubelet without one.</summary>
    public bool HasNode { get; init; } = true;

    /// <summary>Whether the node is Ready without a network between the clusters; only of use where Liqo's own is there.</summary>
    public bool IgnoresNetwork { get; init; }

    /// <summary>Labels of the node besides Liqo's own.</summary>
    public IReadOnlyDictionary<string, string> Labels { get; init; } = new Dictionary<string, string>();

    /// <summary>Labels the provider's own nodes must have to run its pods, such as those of a GPU pool; empty for any.</summary>
    public IReadOnlyDictionary<string, string> RemoteNodeSelector { get; init; } = new Dictionary<string, string>();

    /// <summary>RuntimeClass its pods get on the provider, e.g. <c>nvidia</c>; null leaves it to the pods.</summary>
    public string? RemoteRuntimeClass { get; init; }

    /// <summary>Longest any single wait lasts, 1 second or more.</summary>
    public TimeSpan Patience { get; init; } = TimeSpan.FromMinutes(3);

    internal IEnumerable<string?> Faults()
    {
        foreach (var (what, value) in new[] { ("Name", Name), ("ProviderId", ProviderId), ("SliceName", SliceName) })
        {
            yield return ClusterId.IsValid(value)
                ? null
                : $"{what} is '{value}', must be 1–{ClusterId.MaxLength} lower-case letters, digits and inner hyphens";
        }

        yield return Patience >= TimeSpan.FromSeconds(1) ? null : $"Patience is {Patience}, must be 1 second or more";
        foreach (var (name, value) in Resources ?? new Dictionary<string, string>())
        {
            yield return HybridLlm.Liqo.Resources.Quantity.Parse(value) is >= 0
                ? null
                : $"'{name}' is '{value}', must be a quantity of 0 or more";
        }
    }
}

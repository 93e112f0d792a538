using HybridLlm.Liqo.Resources;

namespace HybridLlm.Liqo.Slices;

/// <summary>
/// A virtual node of its own for a slice that was granted without one, as for a second GPU pool behind one slice, or with other labels; or
/// for a provider that is entered with a kubeconfig from elsewhere. What it does not say comes from the slice, as with
/// <c>liqoctl create virtualnode</c>.
/// </summary>
public sealed record VirtualNodeSpec
{
    /// <summary>Name of the VirtualNode and the Node, unique on the consumer.</summary>
    public required string Name { get; init; }

    /// <summary>Id of the provider.</summary>
    public required string ProviderId { get; init; }

    /// <summary>The slice whose resources and credentials it uses; null with a <see cref="KubeconfigSecret"/>.</summary>
    public string? SliceName { get; init; }

    /// <summary>
    /// Secret in the consumer's tenant namespace whose <c>kubeconfig</c> enters the provider; null takes the slice's. Without a slice,
    /// <see cref="Resources"/> say what the node offers.
    /// </summary>
    public string? KubeconfigSecret { get; init; }

    /// <summary>What the node offers, Kubernetes quantities by resource; null offers all that the slice is granted.</summary>
    public IReadOnlyDictionary<string, string>? Resources { get; init; }

    /// <summary>
    /// StorageClasses of the provider that offloaded claims may use, the default first; null takes those the slice is granted, an empty
    /// list offers none.
    /// </summary>
    public IReadOnlyList<string>? StorageClasses { get; init; }

    /// <summary>IngressClasses of the provider, the default first; null takes those the slice is granted.</summary>
    public IReadOnlyList<string>? IngressClasses { get; init; }

    /// <summary>Load balancer classes of the provider, the default first; null takes those the slice is granted.</summary>
    public IReadOnlyList<string>? LoadBalancerClasses { get; init; }

    /// <summary>Whether there is a Node to schedule on; false runs the virtual kubelet without one.</summary>
    public bool HasNode { get; init; } = true;

    /// <summary>Whether the node is Ready without a network between the clusters; only of use where Liqo's own is there.</summary>
    public bool IgnoresNetwork { get; init; }

    /// <summary>Labels of the node besides Liqo's own and those the provider gives the slice's nodes, over which they win.</summary>
    public IReadOnlyDictionary<string, string> Labels { get; init; } = new Dictionary<string, string>();

    /// <summary>
    /// Labels the provider's own nodes must have to run its pods, such as those of a GPU pool; empty for those the slice is bound to, if
    /// any.
    /// </summary>
    public IReadOnlyDictionary<string, string> RemoteNodeSelector { get; init; } = new Dictionary<string, string>();

    /// <summary>RuntimeClass its pods get on the provider, e.g. <c>nvidia</c>; null leaves it to the pods.</summary>
    public string? RemoteRuntimeClass { get; init; }

    /// <summary>
    /// VkOptionsTemplate of the virtual kubelet, <c>namespace/name</c> on the consumer; null takes that of Liqo's chart.
    /// </summary>
    public string? KubeletTemplate { get; init; }

    /// <summary>Longest any single wait lasts, 1 second or more.</summary>
    public TimeSpan Patience { get; init; } = TimeSpan.FromMinutes(3);

    internal IEnumerable<string?> Faults()
    {
        yield return Fault("Name", Name);
        yield return Fault("ProviderId", ProviderId);
        yield return SliceName is null ? null : Fault("SliceName", SliceName);
        yield return SliceName is null == KubeconfigSecret is null
            ? "SliceName and KubeconfigSecret: exactly one of them must be given"
            : null;
        yield return SliceName is null && Resources is null ? "Resources must be given without a slice" : null;
        yield return KubeletTemplate is null || KubeletTemplate.Split('/') is [{ Length: > 0 }, { Length: > 0 }]
            ? null
            : $"KubeletTemplate is '{KubeletTemplate}', must be namespace/name";
        yield return Patience >= TimeSpan.FromSeconds(1) ? null : $"Patience is {Patience}, must be 1 second or more";
        foreach (var (name, value) in Resources ?? new Dictionary<string, string>())
        {
            yield return Quantity.Parse(value) is >= 0
                ? null
                : $"'{name}' is '{value}', must be a quantity of 0 or more";
        }

        foreach (
            var (what, classes) in new[]
            {
                (nameof(StorageClasses), StorageClasses),
                (nameof(IngressClasses), IngressClasses),
                (nameof(LoadBalancerClasses), LoadBalancerClasses),
            }
        )
        {
            yield return classes?.Any(string.IsNullOrEmpty) == true ? $"{what} has an empty name" : null;
            yield return classes?.Distinct(StringComparer.Ordinal).Count() < classes?.Count
                ? $"{what} has a name twice"
                : null;
        }
    }

    private static string? Fault(string what, string value) =>
        ClusterId.IsValid(value)
            ? null
            : $"{what} is '{value}', must be 1–{ClusterId.MaxLength} lower-case letters, digits and inner hyphens";
}

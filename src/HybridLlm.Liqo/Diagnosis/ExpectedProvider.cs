using System.Net;

namespace HybridLlm.Liqo.Diagnosis;

/// <summary>A provider that does not exist yet, as far as who makes it knows what it will be.</summary>
public sealed record ExpectedProvider
{
    /// <summary>Its Liqo id, or one like it: rights on the consumer are asked about with it.</summary>
    public required string ClusterId { get; init; }

    /// <summary>Its pod range, CIDR notation.</summary>
    public required string PodRange { get; init; }

    /// <summary>Its service range, CIDR notation.</summary>
    public required string ServiceRange { get; init; }

    /// <summary>The release of Liqo that will run on it, e.g. <c>1.2.0</c>; null is not compared.</summary>
    public string? LiqoVersion { get; init; }

    internal IEnumerable<string?> Faults() =>
        [
            Liqo.ClusterId.IsValid(ClusterId) ? null : $"ClusterId is '{ClusterId}', which is no id",
            IPNetwork.TryParse(PodRange, out _) ? null : $"PodRange is '{PodRange}', which is no CIDR notation",
            IPNetwork.TryParse(ServiceRange, out _)
                ? null
                : $"ServiceRange is '{ServiceRange}', which is no CIDR notation",
        ];
}

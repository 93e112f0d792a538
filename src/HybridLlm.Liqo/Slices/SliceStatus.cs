using HybridLlm.Liqo.Resources;

namespace HybridLlm.Liqo.Slices;

/// <summary>A share of a provider's resources, as the consumer sees it.</summary>
public sealed record SliceStatus
{
    private SliceStatus() { }

    /// <summary>Name of the slice, and of its node.</summary>
    public required string Name { get; init; }

    /// <summary>Id of the provider.</summary>
    public required string ProviderId { get; init; }

    /// <summary>Whether the provider grants it.</summary>
    public required bool IsGranted { get; init; }

    /// <summary>Whether its deletion was asked for.</summary>
    public required bool IsGoing { get; init; }

    /// <summary>What was asked for, Kubernetes quantities by resource.</summary>
    public required IReadOnlyDictionary<string, string> Asked { get; init; }

    /// <summary>What is granted, with the provider's defaults for what was not named; empty before it is.</summary>
    public required IReadOnlyDictionary<string, string> Granted { get; init; }

    /// <summary>What the provider says, in its own words; empty before it has answered.</summary>
    public required IReadOnlyList<string> Conditions { get; init; }

    internal static SliceStatus Of(ResourceSlice slice) =>
        new()
        {
            Name = slice.Name,
            ProviderId = slice.Label(LiqoNames.RemoteId) ?? slice.Spec?.ProviderClusterId ?? "",
            IsGranted = slice.IsAccepted,
            IsGoing = slice.IsGoing,
            Asked = slice.Spec?.Resources ?? new Dictionary<string, string>(),
            Granted = slice.Status?.Resources ?? new Dictionary<string, string>(),
            Conditions = [.. (slice.Status?.Conditions ?? []).Select(c => c.ToString())],
        };
}

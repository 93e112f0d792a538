using HybridLlm.Liqo.Resources;

namespace HybridLlm.Liqo.Offloading;

/// <summary>What has become of a namespace's offloading.</summary>
public sealed record OffloadingStatus
{
    private OffloadingStatus() { }

    /// <summary>The namespace on the consumer.</summary>
    public required string Namespace { get; init; }

    /// <summary>How far it is.</summary>
    public required OffloadingPhase Phase { get; init; }

    /// <summary>Its name on the providers; null before Liqo has chosen it.</summary>
    public required string? RemoteNamespace { get; init; }

    /// <summary>Every provider Liqo considered, by id.</summary>
    public required IReadOnlyList<OffloadedCluster> Clusters { get; init; }

    internal static OffloadingStatus Of(string ns, NamespaceOffloading? offloading) =>
        new()
        {
            Namespace = ns,
            Phase = PhaseOf(offloading),
            RemoteNamespace = offloading?.Status?.RemoteNamespaceName is { Length: > 0 } name ? name : null,
            Clusters =
            [
                .. (
                    offloading?.Status?.RemoteNamespacesConditions ?? new Dictionary<string, IReadOnlyList<Condition>>()
                )
                    .OrderBy(c => c.Key, StringComparer.Ordinal)
                    .Select(c => OffloadedCluster.Of(c.Key, c.Value)),
            ],
        };

    private static OffloadingPhase PhaseOf(NamespaceOffloading? offloading) =>
        offloading switch
        {
            null => OffloadingPhase.None,
            { IsGoing: true } => OffloadingPhase.Terminating,
            { Status.OffloadingPhase: { } text } when Enum.TryParse<OffloadingPhase>(text, out var phase) => phase,
            _ => OffloadingPhase.InProgress,
        };
}

/// <summary>A provider in the offloading of a namespace.</summary>
/// <param name="ProviderId">Its id.</param>
/// <param name="IsSelected">Whether the namespace is wanted there.</param>
/// <param name="IsReady">Whether it is there.</param>
public sealed record OffloadedCluster(string ProviderId, bool IsSelected, bool IsReady)
{
    /// <summary>What Liqo says of it; empty when it says nothing.</summary>
    public required string Message { get; init; }

    internal static OffloadedCluster Of(string providerId, IReadOnlyList<Condition> conditions) =>
        new(providerId, Holds(conditions, "OffloadingRequired"), Holds(conditions, "Ready"))
        {
            Message = conditions is [.., var last] ? last.Message ?? "" : "",
        };

    private static bool Holds(IReadOnlyList<Condition> conditions, string type) =>
        conditions.LastOrDefault(c => c.Type == type)?.Status == "True";
}

using HybridLlm.Liqo.Clusters;
using HybridLlm.Liqo.Identities;
using HybridLlm.Liqo.Observing;
using HybridLlm.Liqo.Resources;
using HybridLlm.Liqo.Slices;

namespace HybridLlm.Liqo.Peering;

/// <summary>A peering as the consumer sees it.</summary>
public sealed record PeeringStatus
{
    private PeeringStatus() { }

    /// <summary>Id of the provider.</summary>
    public required string ProviderId { get; init; }

    /// <summary>How far it is.</summary>
    public required PeeringPhase Phase { get; init; }

    /// <summary>Name of the virtual node, whether or not it is there yet.</summary>
    public required string NodeName { get; init; }

    /// <summary>What the virtual node offers to pods, Kubernetes quantities by resource; empty without a node.</summary>
    public required IReadOnlyDictionary<string, string> Allocatable { get; init; }

    /// <summary>Where the consumer's pods reach the provider's API server; null before it is known.</summary>
    public required string? ProviderApiServer { get; init; }

    /// <summary>Whether the provider answered the consumer's last ping; null before the first.</summary>
    public required bool? ProviderAnswers { get; init; }

    /// <summary>End of the consumer's certificate for the provider, which Liqo renews; null without one.</summary>
    public required DateTimeOffset? CertificateExpiresAt { get; init; }

    /// <summary>What each part says of itself, in the parts' own words; empty when none is there.</summary>
    public required IReadOnlyList<string> Conditions { get; init; }

    internal static PeeringStatus Of(World world, string providerId, string? sliceName)
    {
        var name = sliceName ?? providerId;
        var slice = world.All(ClusterSide.Consumer, Kinds.ResourceSlice).FirstOrDefault(s => s.Name == name);
        var node = world.Find(ClusterSide.Consumer, Kinds.Node, null, name);
        var virtualNode = world.All(ClusterSide.Consumer, Kinds.VirtualNode).FirstOrDefault(v => v.Name == name);
        var peer = world.Find(ClusterSide.Consumer, Kinds.ForeignCluster, null, providerId);
        var identity = world
            .All(ClusterSide.Consumer, Kinds.Identity)
            .FirstOrDefault(i => i.Name == LiqoNames.ControlPlaneIdentityOf(providerId));
        var isAnything = (slice ?? node ?? identity ?? (ClusterObject?)peer) is not null;
        return new PeeringStatus
        {
            ProviderId = providerId,
            Phase = (node, peer) switch
            {
                _ when !isAnything => PeeringPhase.None,
                (_, { ApiServerAnswers: false }) => PeeringPhase.Lost,
                ({ IsReady: true, IsGoing: false }, _)
                    when slice is { IsAccepted: true } && NodeOfSlice.Is(node, slice, virtualNode) =>
                    PeeringPhase.Ready,
                _ => PeeringPhase.Incomplete,
            },
            NodeName = name,
            Allocatable = node?.Status?.Allocatable ?? new Dictionary<string, string>(),
            ProviderApiServer = identity?.Spec?.AuthParams?.ApiServer ?? peer?.Status?.ApiServerUrl,
            ProviderAnswers = peer?.ApiServerAnswers,
            CertificateExpiresAt = IssuedCertificate.Read(identity?.Spec?.AuthParams?.SignedCertificate)?.NotAfter,
            Conditions =
            [
                .. (slice?.Status?.Conditions ?? []).Select(c => $"slice: {c}"),
                .. node?.Readiness is { } ready ? [$"node: {ready}"] : Array.Empty<string>(),
                .. (peer?.Status?.Conditions ?? []).Select(c => $"peer: {c}"),
            ],
        };
    }
}

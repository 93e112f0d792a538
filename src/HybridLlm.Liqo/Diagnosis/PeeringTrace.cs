using HybridLlm.Liqo.Resources;

namespace HybridLlm.Liqo.Diagnosis;

/// <summary>What a cluster holds of its peering with another.</summary>
public sealed record PeeringTrace
{
    private PeeringTrace() { }

    /// <summary>Id of the cluster at the other end.</summary>
    public required string PeerId { get; init; }

    /// <summary>Whether it answered the last ping; null when it was never pinged.</summary>
    public required bool? PeerAnswers { get; init; }

    /// <summary>Whether it was declared gone for good, so that a removal by force was begun and not completed.</summary>
    public required bool IsDeclaredGone { get; init; }

    /// <summary>The objects held, by kind; never empty.</summary>
    public required IReadOnlyList<HeldObject> Objects { get; init; }

    internal static PeeringTrace Of(string peerId, ForeignCluster? peer, IReadOnlyList<HeldObject> objects) =>
        new()
        {
            PeerId = peerId,
            PeerAnswers = peer?.ApiServerAnswers,
            IsDeclaredGone = peer?.IsDeclaredGone == true,
            Objects = objects,
        };
}

/// <summary>An object of a peering.</summary>
public sealed record HeldObject
{
    private HeldObject() { }

    /// <summary>Kind, e.g. <c>ResourceSlice</c>.</summary>
    public required string Kind { get; init; }

    /// <summary>Namespace; null for cluster-wide kinds.</summary>
    public required string? Namespace { get; init; }

    /// <summary>Name.</summary>
    public required string Name { get; init; }

    /// <summary>Whether its deletion was asked for.</summary>
    public required bool IsGoing { get; init; }

    /// <summary>What has to agree to its deletion; empty when nothing has.</summary>
    public required IReadOnlyList<string> Finalizers { get; init; }

    internal static HeldObject Of(ResourceKind kind, ClusterObject value) =>
        new()
        {
            Kind = kind.Kind,
            Namespace = value.Namespace,
            Name = value.Name,
            IsGoing = value.IsGoing,
            Finalizers = value.Metadata.Finalizers ?? [],
        };

    /// <summary>E.g. <c>ResourceSlice liqo-tenant-gpu/gpu</c>.</summary>
    public override string ToString() => $"{Kind} {(Namespace is null ? Name : $"{Namespace}/{Name}")}";
}

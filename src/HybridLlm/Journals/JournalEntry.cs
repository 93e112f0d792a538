using System.Text.Json.Serialization;

namespace HybridLlm.Journals;

/// <summary>
/// One line of a cluster's journal. Intent is written before each billable call, the result after, so that the next process
/// knows what may exist. Nothing secret is ever journalled.
/// </summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "kind")]
[JsonDerivedType(typeof(ClusterCreated), "cluster-created")]
[JsonDerivedType(typeof(FoundationIntended), "foundation-intended")]
[JsonDerivedType(typeof(FoundationRemoved), "foundation-removed")]
[JsonDerivedType(typeof(NodeIntended), "node-intended")]
[JsonDerivedType(typeof(NodeLaunched), "node-launched")]
[JsonDerivedType(typeof(NodeAnswered), "node-answered")]
[JsonDerivedType(typeof(NodeReady), "node-ready")]
[JsonDerivedType(typeof(LeaseExtended), "lease-extended")]
[JsonDerivedType(typeof(NodeEnded), "node-ended")]
[JsonDerivedType(typeof(PeerRemoved), "peer-removed")]
internal abstract record JournalEntry
{
    public required DateTimeOffset At { get; init; }
}

/// <summary>The first line: who we are to AWS for ever.</summary>
internal sealed record ClusterCreated : JournalEntry
{
    public required string Cluster { get; init; }
    public required string OwnerId { get; init; }
}

/// <summary>The foundation is about to be made, or completed; it accrues from the first of these on.</summary>
internal sealed record FoundationIntended : JournalEntry
{
    public required string Region { get; init; }
    public required string PlanId { get; init; }
    public required decimal HourlyCost { get; init; }
}

/// <summary>A fresh scan has found nothing of the foundation.</summary>
internal sealed record FoundationRemoved : JournalEntry;

/// <summary>A node is about to be launched.</summary>
internal sealed record NodeIntended : JournalEntry
{
    public required string WakeId { get; init; }
    public required string Role { get; init; }
    public required string PlanId { get; init; }
    public required string MeshAddress { get; init; }
    public required DateTimeOffset CertificateUntil { get; init; }

    /// <summary>What an hour of the node may cost at most, with its disk and address: what is reserved.</summary>
    public required decimal HourlyReserve { get; init; }
    public required DateTimeOffset LeaseUntil { get; init; }

    /// <summary>Liqo's id of the cluster it will be; null without federation.</summary>
    public string? ProviderId { get; init; }
}

/// <summary>EC2 has launched it.</summary>
internal sealed record NodeLaunched : JournalEntry
{
    public required string WakeId { get; init; }
    public required string InstanceId { get; init; }
    public required string InstanceType { get; init; }
    public required string Zone { get; init; }
    public required DateTimeOffset LaunchedAt { get; init; }

    /// <summary>What an hour of it costs, with its disk and address.</summary>
    public required decimal HourlyCost { get; init; }
}

/// <summary>The node's request is about to be answered; a second, different one is an alarm.</summary>
internal sealed record NodeAnswered : JournalEntry
{
    public required string WakeId { get; init; }
    public required string RequestSha256 { get; init; }
    public required string CertificateFingerprint { get; init; }
}

/// <summary>The node serves: a GPU its model, a lighthouse the mesh.</summary>
internal sealed record NodeReady : JournalEntry
{
    public required string WakeId { get; init; }
}

/// <summary>The node's lease is about to be renewed.</summary>
internal sealed record LeaseExtended : JournalEntry
{
    public required string WakeId { get; init; }
    public required DateTimeOffset Until { get; init; }
}

/// <summary>The node is known to be gone, or was never launched.</summary>
internal sealed record NodeEnded : JournalEntry
{
    public required string WakeId { get; init; }
    public required string Reason { get; init; }
}

/// <summary>Nothing at home is held for the node's cluster any more.</summary>
internal sealed record PeerRemoved : JournalEntry
{
    public required string WakeId { get; init; }
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(JournalEntry))]
internal sealed partial class JournalJson : JsonSerializerContext;

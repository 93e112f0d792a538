using System.Text.Json.Serialization;
using HybridLlm.AwsGpu.Offerings;

namespace HybridLlm.Journals;

/// <summary>
/// One line of a cluster's journal. Intent is written before each billable call, the result after, so that the next process
/// knows what may exist. Nothing secret is ever journalled.
/// </summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "kind")]
[JsonDerivedType(typeof(ClusterCreated), "cluster-created")]
[JsonDerivedType(typeof(FoundationIntended), "foundation-intended")]
[JsonDerivedType(typeof(FoundationRemoved), "foundation-removed")]
[JsonDerivedType(typeof(ModelsKept), "models-kept")]
[JsonDerivedType(typeof(NodeIntended), "node-intended")]
[JsonDerivedType(typeof(LaunchRefused), "launch-refused")]
[JsonDerivedType(typeof(PoolsRefused), "pools-refused")]
[JsonDerivedType(typeof(LaunchAttempted), "launch-attempted")]
[JsonDerivedType(typeof(NodeLaunched), "node-launched")]
[JsonDerivedType(typeof(NodeInterrupted), "node-interrupted")]
[JsonDerivedType(typeof(NodeAnswered), "node-answered")]
[JsonDerivedType(typeof(NodeReady), "node-ready")]
[JsonDerivedType(typeof(LeaseExtended), "lease-extended")]
[JsonDerivedType(typeof(NodeEnded), "node-ended")]
[JsonDerivedType(typeof(PeerRemoved), "peer-removed")]
[JsonDerivedType(typeof(BudgetWarned), "budget-warned")]
[JsonDerivedType(typeof(WakesSeen), "wakes-seen")]
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

/// <summary>What holds models in a region without a foundation; it accrues until a foundation there includes it or the next of these.</summary>
internal sealed record ModelsKept : JournalEntry
{
    public required string Region { get; init; }

    /// <summary>What an hour of it costs; 0 when nothing is kept any more.</summary>
    public required decimal HourlyCost { get; init; }
}

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
    public InstanceMarket Market { get; init; }

    /// <summary>Liqo's id of the cluster it will be; null without federation.</summary>
    public string? ProviderId { get; init; }
}

/// <summary>A launch gave no node and rented nothing: what was reserved for it is free again.</summary>
internal sealed record LaunchRefused : JournalEntry
{
    public required string WakeId { get; init; }
}

/// <summary>What pools said that gave no node; they, or more, are left alone for a while.</summary>
internal sealed record PoolsRefused : JournalEntry
{
    public required InstanceMarket Market { get; init; }
    public required IReadOnlyList<PoolRefusal> Pools { get; init; }
}

/// <summary>EC2's code for a pool; type and zone are null where EC2 does not name them.</summary>
internal sealed record PoolRefusal(string? InstanceType, string? ZoneId, string Code);

/// <summary>The launch of a node is about to be tried again, after one that was refused.</summary>
internal sealed record LaunchAttempted : JournalEntry
{
    public required string WakeId { get; init; }

    /// <summary>2 or more; each has a client token of its own.</summary>
    public required int Attempt { get; init; }
    public required InstanceMarket Market { get; init; }
    public required decimal HourlyReserve { get; init; }
    public required DateTimeOffset LeaseUntil { get; init; }
    public required DateTimeOffset CertificateUntil { get; init; }
}

/// <summary>EC2 has launched it.</summary>
internal sealed record NodeLaunched : JournalEntry
{
    public required string WakeId { get; init; }
    public required string InstanceId { get; init; }
    public required string InstanceType { get; init; }
    public required string Zone { get; init; }

    /// <summary>Null in journals that did not say.</summary>
    public string? ZoneId { get; init; }
    public InstanceMarket Market { get; init; }

    /// <summary>What an hour of the instance alone costs.</summary>
    public decimal InstancePrice { get; init; }
    public required DateTimeOffset LaunchedAt { get; init; }

    /// <summary>What an hour of it costs, with its disk and address.</summary>
    public required decimal HourlyCost { get; init; }
}

/// <summary>EC2 takes the node, or has taken it.</summary>
internal sealed record NodeInterrupted : JournalEntry
{
    public required string WakeId { get; init; }
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

/// <summary>AWS knows of nodes this journal does not; their names are not given again, as EC2 remembers the tokens of their launches.</summary>
internal sealed record WakesSeen : JournalEntry
{
    public required string Role { get; init; }

    /// <summary>The highest number seen.</summary>
    public required int Number { get; init; }
}

/// <summary>It has been said that a limit of the budget is nearly used up.</summary>
internal sealed record BudgetWarned : JournalEntry
{
    public required string Window { get; init; }

    /// <summary>When the day or month began.</summary>
    public required DateTimeOffset From { get; init; }
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, UseStringEnumConverter = true)]
[JsonSerializable(typeof(JournalEntry))]
internal sealed partial class JournalJson : JsonSerializerContext;

using System.Collections.Immutable;
using System.Net;

namespace HybridLlm.Journals;

/// <summary>What a journal amounts to: pure, the same entries give the same memory.</summary>
internal sealed record ClusterMemory
{
    public static ClusterMemory Empty { get; } = new();

    public string? Cluster { get; init; }

    public string? OwnerId { get; init; }

    /// <summary>Spans during which the foundation stood; the last one is open while it stands.</summary>
    public ImmutableList<FoundationSpan> Foundations { get; init; } = [];

    /// <summary>Every node ever intended, by wake id, in order of intent.</summary>
    public ImmutableList<NodeMemory> Nodes { get; init; } = [];

    public FoundationSpan? StandingFoundation => Foundations is [.., { Until: null } last] ? last : null;

    /// <summary>Nodes that may still exist.</summary>
    public IEnumerable<NodeMemory> LiveNodes => Nodes.Where(n => n.EndedAt is null);

    public NodeMemory? Node(string wakeId) => Nodes.FirstOrDefault(n => n.WakeId == wakeId);

    /// <summary>Mesh addresses under a certificate that is still good at <paramref name="at"/>; none may be given again.</summary>
    public IEnumerable<IPAddress> AddressesInUse(DateTimeOffset at) =>
        Nodes.Where(n => n.CertificateUntil > at).Select(n => n.MeshAddress);

    public static ClusterMemory Of(IEnumerable<JournalEntry> entries) =>
        entries.Aggregate(Empty, (memory, entry) => memory.With(entry));

    public ClusterMemory With(JournalEntry entry) =>
        entry switch
        {
            ClusterCreated e => this with { Cluster = e.Cluster, OwnerId = e.OwnerId },
            FoundationIntended e when StandingFoundation is { } standing => this with
            {
                Foundations = Foundations.Replace(
                    standing,
                    standing with
                    {
                        HourlyCost = Math.Max(standing.HourlyCost, e.HourlyCost),
                    }
                ),
            },
            FoundationIntended e => this with
            {
                Foundations = Foundations.Add(new FoundationSpan(e.Region, e.At, null, e.HourlyCost)),
            },
            FoundationRemoved e when StandingFoundation is { } standing => this with
            {
                Foundations = Foundations.Replace(standing, standing with { Until = e.At }),
            },
            NodeIntended e => this with { Nodes = Nodes.Add(NodeMemory.Of(e)) },
            NodeLaunched e => Change(
                e.WakeId,
                n =>
                    n with
                    {
                        InstanceId = e.InstanceId,
                        InstanceType = e.InstanceType,
                        Zone = e.Zone,
                        LaunchedAt = e.LaunchedAt,
                        HourlyCost = e.HourlyCost,
                    }
            ),
            NodeAnswered e => Change(e.WakeId, n => n with { AnsweredRequest = e.RequestSha256 }),
            NodeReady e => Change(e.WakeId, n => n with { ReadyAt = e.At }),
            LeaseExtended e => Change(e.WakeId, n => n with { LeaseUntil = e.Until }),
            PeerRemoved e => Change(e.WakeId, n => n with { PeerRemovedAt = e.At }),
            NodeEnded e => Change(e.WakeId, n => n with { EndedAt = e.At }),
            _ => this,
        };

    private ClusterMemory Change(string wakeId, Func<NodeMemory, NodeMemory> change) =>
        Node(wakeId) is { } node ? this with { Nodes = Nodes.Replace(node, change(node)) } : this;
}

/// <summary>A time during which the foundation stood.</summary>
internal sealed record FoundationSpan(string Region, DateTimeOffset Since, DateTimeOffset? Until, decimal HourlyCost);

/// <summary>What is known of one node.</summary>
internal sealed record NodeMemory
{
    public required string WakeId { get; init; }
    public required string Role { get; init; }
    public required IPAddress MeshAddress { get; init; }
    public required DateTimeOffset CertificateUntil { get; init; }
    public required DateTimeOffset IntendedAt { get; init; }
    public required decimal HourlyReserve { get; init; }
    public required DateTimeOffset LeaseUntil { get; init; }
    public string? InstanceId { get; init; }
    public string? InstanceType { get; init; }
    public string? Zone { get; init; }
    public DateTimeOffset? LaunchedAt { get; init; }
    public decimal HourlyCost { get; init; }
    public string? AnsweredRequest { get; init; }
    public DateTimeOffset? ReadyAt { get; init; }
    public DateTimeOffset? EndedAt { get; init; }
    public string? ProviderId { get; init; }
    public DateTimeOffset? PeerRemovedAt { get; init; }

    /// <summary>Whether the homelab may hold something for its cluster.</summary>
    public bool MayBePeered => ProviderId is not null && PeerRemovedAt is null;

    public static NodeMemory Of(NodeIntended e) =>
        new()
        {
            WakeId = e.WakeId,
            Role = e.Role,
            MeshAddress = IPAddress.Parse(e.MeshAddress),
            CertificateUntil = e.CertificateUntil,
            IntendedAt = e.At,
            HourlyReserve = e.HourlyReserve,
            LeaseUntil = e.LeaseUntil,
            ProviderId = e.ProviderId,
        };
}

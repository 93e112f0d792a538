using System.Collections.Immutable;
using System.Net;
using HybridLlm.AwsGpu.Fleets;
using HybridLlm.AwsGpu.Interruptions;
using HybridLlm.AwsGpu.Offerings;

namespace HybridLlm.Journals;

/// <summary>What a journal amounts to: pure, the same entries give the same memory.</summary>
internal sealed record ClusterMemory
{
    public static ClusterMemory Empty { get; } = new();

    public string? Cluster { get; init; }

    public string? OwnerId { get; init; }

    /// <summary>Spans during which the foundation stood; the last one is open while it stands.</summary>
    public ImmutableList<FoundationSpan> Foundations { get; init; } = [];

    /// <summary>Spans during which models were kept without a foundation, by region; those without an end go on.</summary>
    public ImmutableList<FoundationSpan> Models { get; init; } = [];

    /// <summary>What was lived through with spot pools.</summary>
    public PoolHistory Pools { get; init; } = PoolHistory.Empty;

    /// <summary>The highest numbers of nodes that were met and are not in this journal, by role.</summary>
    public ImmutableDictionary<string, int> Seen { get; init; } = ImmutableDictionary<string, int>.Empty;

    /// <summary>The last day and month, by their beginning, for which a warning of the budget was given.</summary>
    public ImmutableDictionary<string, DateTimeOffset> Warned { get; init; } =
        ImmutableDictionary<string, DateTimeOffset>.Empty;

    /// <summary>Every node ever intended, by wake id, in order of intent.</summary>
    public ImmutableList<NodeMemory> Nodes { get; init; } = [];

    public FoundationSpan? StandingFoundation => Foundations is [.., { Until: null } last] ? last : null;

    /// <summary>Models that are kept now, beside no foundation, one span a region.</summary>
    public IEnumerable<FoundationSpan> StandingModels => Models.Where(m => m.Until is null);

    /// <summary>Nodes that may still exist.</summary>
    public IEnumerable<NodeMemory> LiveNodes => Nodes.Where(n => n.EndedAt is null);

    public NodeMemory? Node(string wakeId) => Nodes.FirstOrDefault(n => n.WakeId == wakeId);

    /// <summary>The next name of a node, never used before by this cluster.</summary>
    public string NextWakeId(string role) => $"{role}-{LastNumber(role) + 1}";

    /// <summary>The highest number a node of a role has had; 0 without one.</summary>
    public int LastNumber(string role) =>
        Nodes
            .Where(n => n.Role == role)
            .Select(n => NodeRoles.NumberOf(role, n.WakeId))
            .Append(Seen.GetValueOrDefault(role))
            .Max();

    /// <summary>Mesh addresses under a certificate that is still good at <paramref name="at"/>; none may be given again.</summary>
    public IEnumerable<IPAddress> AddressesInUse(DateTimeOffset at) =>
        Nodes.Where(n => n.CertificateUntil > at).Select(n => n.MeshAddress);

    public static ClusterMemory Of(IEnumerable<JournalEntry> entries) =>
        entries.Aggregate(Empty, (memory, entry) => memory.With(entry));

    public ClusterMemory With(JournalEntry entry) =>
        entry switch
        {
            ClusterCreated e => this with { Cluster = e.Cluster, OwnerId = e.OwnerId },
            // The price of a foundation includes the models in its region.
            FoundationIntended e when StandingFoundation is { } standing => WithoutModels(e.Region, e.At) with
            {
                Foundations = Foundations.Replace(
                    standing,
                    standing with
                    {
                        HourlyCost = Math.Max(standing.HourlyCost, e.HourlyCost),
                    }
                ),
            },
            FoundationIntended e => WithoutModels(e.Region, e.At) with
            {
                Foundations = Foundations.Add(new FoundationSpan(e.Region, e.At, null, e.HourlyCost)),
            },
            ModelsKept { HourlyCost: 0 } e => WithoutModels(e.Region, e.At),
            ModelsKept e => WithModels(e),
            FoundationRemoved e when StandingFoundation is { } standing => this with
            {
                Foundations = Foundations.Replace(standing, standing with { Until = e.At }),
            },
            NodeIntended e => this with { Nodes = Nodes.Add(NodeMemory.Of(e)) },
            LaunchRefused e => Change(e.WakeId, n => n with { IsRefused = true, LeaseUntil = e.At }),
            PoolsRefused e => this with
            {
                Pools = Pools.Refused(
                    [
                        .. e.Pools.Select(p => new PoolError
                        {
                            InstanceType = p.InstanceType,
                            ZoneId = p.ZoneId,
                            Code = p.Code,
                            Message = "",
                        }),
                    ],
                    e.Market,
                    e.At
                ),
            },
            LaunchAttempted e => Change(
                e.WakeId,
                n =>
                    n with
                    {
                        IntendedAt = e.At,
                        IsRefused = false,
                        Attempt = e.Attempt,
                        Market = e.Market,
                        HourlyReserve = e.HourlyReserve,
                        LeaseUntil = e.LeaseUntil,
                        CertificateUntil = e.CertificateUntil,
                    }
            ),
            NodeLaunched e => Change(
                e.WakeId,
                n =>
                    n with
                    {
                        InstanceId = e.InstanceId,
                        InstanceType = e.InstanceType,
                        Zone = e.Zone,
                        ZoneId = e.ZoneId,
                        Market = e.Market,
                        InstancePrice = e.InstancePrice,
                        LaunchedAt = e.LaunchedAt,
                        HourlyCost = e.HourlyCost,
                    }
            ),
            NodeAnswered e => Change(e.WakeId, n => n with { AnsweredRequest = e.RequestSha256 }),
            NodeReady e => Change(e.WakeId, n => n with { ReadyAt = e.At }),
            LeaseExtended e => Change(e.WakeId, n => n with { LeaseUntil = e.Until }),
            PeerRemoved e => Change(e.WakeId, n => n with { PeerRemovedAt = e.At }),
            WakesSeen e => this with
            {
                Seen = Seen.SetItem(e.Role, Math.Max(Seen.GetValueOrDefault(e.Role), e.Number)),
            },
            BudgetWarned e => this with { Warned = Warned.SetItem(e.Window, e.From) },
            NodeInterrupted e => LivedThrough(e.WakeId, e.At, taken: true)
                .Change(e.WakeId, n => n with { IsInterrupted = true }),
            NodeEnded e => LivedThrough(e.WakeId, e.At, taken: false).Change(e.WakeId, n => n with { EndedAt = e.At }),
            _ => this,
        };

    private ClusterMemory WithModels(ModelsKept e)
    {
        var ended = WithoutModels(e.Region, e.At);
        return ended with { Models = ended.Models.Add(new FoundationSpan(e.Region, e.At, null, e.HourlyCost)) };
    }

    private ClusterMemory WithoutModels(string region, DateTimeOffset at) =>
        this with
        {
            Models = [.. Models.Select(m => m.Until is null && m.Region == region ? m with { Until = at } : m)],
        };

    /// <summary>Counts once what a spot node teaches of its pool, when it is taken or when it ends.</summary>
    private ClusterMemory LivedThrough(string wakeId, DateTimeOffset at, bool taken) =>
        Node(wakeId)
            is {
                IsInterrupted: false,
                EndedAt: null,
                Market: InstanceMarket.Spot,
                InstanceType: { } type,
                ZoneId: { } zone,
                LaunchedAt: { } since,
            }
            ? this with
            {
                Pools = taken ? Pools.Interrupted(type, zone, at - since, at) : Pools.Held(type, zone, at - since),
            }
            : this;

    private ClusterMemory Change(string wakeId, Func<NodeMemory, NodeMemory> change) =>
        Node(wakeId) is { } node ? this with { Nodes = Nodes.Replace(node, change(node)) } : this;
}

/// <summary>A time during which the foundation stood, or what was kept of it.</summary>
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
    public string? ZoneId { get; init; }
    public InstanceMarket Market { get; init; }
    public int Attempt { get; init; } = 1;

    /// <summary>Whether its last launch gave nothing.</summary>
    public bool IsRefused { get; init; }

    /// <summary>Whether EC2 took it, or has announced that it does.</summary>
    public bool IsInterrupted { get; init; }
    public decimal InstancePrice { get; init; }
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
            Market = e.Market,
        };
}

using HybridLlm.Testing.Ec2.Billing;
using HybridLlm.Testing.Ec2.Catalogue;
using HybridLlm.Testing.Ec2.LaunchTemplates;
using HybridLlm.Testing.Ec2.Networking;
using HybridLlm.Testing.Ec2.Volumes;
using HybridLlm.Testing.Imds;

namespace HybridLlm.Testing.Ec2.Instances;

/// <summary>An instance. <see cref="InstanceLife"/> moves it from state to state.</summary>
internal sealed class Instance(string id, DateTimeOffset created, RegionState region)
    : Resource(Kind, id, created),
        IResource
{
    private static readonly TimeSpan s_remembered = TimeSpan.FromHours(1);

    public static ResourceKind Kind { get; } =
        new("instance", "i", "InvalidInstanceID.NotFound", "instance ID", "InvalidInstanceID.Malformed");

    public RegionState Region => region;

    public required MachineType Type { get; init; }

    public required Image Image { get; init; }

    public required NetworkInterface Interface { get; init; }

    public required string ReservationId { get; init; }

    public required int LaunchIndex { get; init; }

    public string? ClientToken { get; init; }

    public required byte[] UserData { get; init; }

    public required MetadataOptions Metadata { get; set; }

    /// <summary><c>stop</c> or <c>terminate</c>: what powering off from inside does.</summary>
    public required string ShutdownBehavior { get; init; }

    public required bool TerminationProtected { get; init; }

    public required bool EbsOptimized { get; init; }

    public required bool DetailedMonitoring { get; init; }

    public string? InstanceProfile { get; init; }

    /// <summary>Null for on-demand.</summary>
    public SpotRequest? Spot { get; set; }

    public Zone Zone => Interface.Subnet.Zone;

    public Market Market => Spot is null ? Market.OnDemand : Market.Spot;

    public InstanceState State { get; set; }

    public StateReason? Reason { get; set; }

    /// <summary>When the reason arose.</summary>
    public DateTimeOffset ReasonTime { get; set; }

    /// <summary>Last launch or start.</summary>
    public DateTimeOffset LaunchTime { get; set; } = created;

    /// <summary>When it came to run; null while it does not.</summary>
    public DateTimeOffset? RunningSince { get; set; }

    /// <summary>Since when it fails EC2's status checks; null while it passes them.</summary>
    public DateTimeOffset? ImpairedSince { get; set; }

    public DateTimeOffset? TerminatedAt { get; set; }

    /// <summary>What it costs while it runs; null while it does not.</summary>
    public Usage? Usage { get; set; }

    public GuestRun? Guest { get; set; }

    /// <summary>Failures of its guests, oldest first.</summary>
    public List<Exception> GuestFailures { get; } = [];

    public ImdsTokens ImdsTokens { get; } = new();

    /// <summary>When EC2 will take it back; null while nothing is announced.</summary>
    public DateTimeOffset? InterruptionTime { get; set; }

    /// <summary>When a rebalance was recommended; null while it was not.</summary>
    public DateTimeOffset? RebalanceNoticed { get; set; }

    public override string StateName => InstanceXml.Name(State);

    public override bool IsGone => State == InstanceState.Terminated;

    public override DateTimeOffset? ForgottenAt => TerminatedAt + s_remembered;

    /// <summary>Whether it takes a place in its pool and counts against the vCPU quota.</summary>
    public bool HoldsCapacity => State is InstanceState.Pending or InstanceState.Running or InstanceState.Stopping;

    public IEnumerable<Volume> Volumes => region.All<Volume>().Where(v => v.Attachment?.Instance == this);
}

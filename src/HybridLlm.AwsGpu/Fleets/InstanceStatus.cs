using HybridLlm.AwsGpu.Offerings;

namespace HybridLlm.AwsGpu.Fleets;

/// <summary>What EC2 says about one instance of the cluster.</summary>
public sealed record InstanceStatus
{
    /// <summary>EC2's id.</summary>
    public required string InstanceId { get; init; }

    /// <summary>Its type, e.g. <c>g6.xlarge</c>.</summary>
    public required string InstanceType { get; init; }

    /// <summary>Image it booted.</summary>
    public required string ImageId { get; init; }

    /// <summary>One of <see cref="ResourceComponents"/>.</summary>
    public required string Component { get; init; }

    /// <summary>Where it is in its life.</summary>
    public required InstancePhase Phase { get; init; }

    /// <summary>Why it came there, in EC2's code, e.g. <c>Server.SpotInstanceTermination</c>; null while none is given.</summary>
    public string? StateReason { get; init; }

    /// <summary>Name of its zone in this account.</summary>
    public required string ZoneName { get; init; }

    /// <summary>Its subnet; null once it has ended.</summary>
    public string? SubnetId { get; init; }

    /// <summary>Address in the VPC; null before it has one and once it has ended.</summary>
    public string? PrivateIp { get; init; }

    /// <summary>Address on the internet; null before it has one and once it has ended.</summary>
    public string? PublicIp { get; init; }

    /// <summary>IPv6 address; null without one.</summary>
    public string? Ipv6 { get; init; }

    /// <summary>How it was bought.</summary>
    public InstanceMarket Market { get; init; } = InstanceMarket.OnDemand;

    /// <summary>Token its launch was sent with; null when EC2 does not say.</summary>
    public string? ClientToken { get; init; }

    /// <summary>Whether its metadata service answers nobody without a session token (IMDSv2).</summary>
    public bool MetadataNeedsToken { get; init; } = true;

    /// <summary>How many network hops answers of its metadata service travel; null when EC2 does not say.</summary>
    public int? MetadataHopLimit { get; init; }

    /// <summary>When it was launched.</summary>
    public required DateTimeOffset LaunchedAt { get; init; }

    /// <summary>Intent it answers; null when its tag is missing.</summary>
    public string? IntentId { get; init; }

    /// <summary>When it powers itself off unless renewed; null for an instance without a lease.</summary>
    public DateTimeOffset? LeaseUntil { get; init; }

    /// <summary>When it powers itself off whatever happens; null for an instance without such an end.</summary>
    public DateTimeOffset? ExpiresAt { get; init; }

    /// <summary>Whether it is, or is becoming, of use: pending or running.</summary>
    public bool IsAlive => Phase is InstancePhase.Pending or InstancePhase.Running;
}

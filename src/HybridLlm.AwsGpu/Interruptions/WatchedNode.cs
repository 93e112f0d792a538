namespace HybridLlm.AwsGpu.Interruptions;

/// <summary>A node of ours that may be interrupted, and what has been heard of it.</summary>
public sealed record WatchedNode
{
    /// <summary>EC2's id of the instance.</summary>
    public required string InstanceId { get; init; }

    /// <summary>EC2's name of its type, e.g. <c>g6.xlarge</c>.</summary>
    public required string InstanceType { get; init; }

    /// <summary>Id of its zone, e.g. <c>use1-az1</c>.</summary>
    public required string ZoneId { get; init; }

    /// <summary>Since when it has been held.</summary>
    public required DateTimeOffset Since { get; init; }

    /// <summary>The worst that has been heard; null while nothing has.</summary>
    public InterruptionKind? Heard { get; init; }

    /// <summary>When it ends, as far as a source has said.</summary>
    public DateTimeOffset? EndsAt { get; init; }

    /// <summary>Whether its replacement has been asked for.</summary>
    public bool ReplacementStarted { get; init; }
}

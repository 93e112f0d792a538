namespace HybridLlm.AwsGpu.Interruptions;

/// <summary>What one source tells of one instance.</summary>
public sealed record InterruptionSignal
{
    /// <summary>EC2's id of the instance; not necessarily one of ours.</summary>
    public required string InstanceId { get; init; }

    /// <summary>What is told.</summary>
    public required InterruptionKind Kind { get; init; }

    /// <summary>Who tells it.</summary>
    public required InterruptionSource Source { get; init; }

    /// <summary>When it was heard, UTC.</summary>
    public required DateTimeOffset At { get; init; }

    /// <summary>When the instance ends, UTC; null when the source does not say.</summary>
    public DateTimeOffset? EndsAt { get; init; }

    /// <summary>
    /// Whether EC2 took the instance. False for one that ended for another reason, e.g. by its dead-man's switch, which says nothing
    /// about its pool.
    /// </summary>
    public bool ByEc2 { get; init; } = true;
}

namespace HybridLlm;

/// <summary>What a step of a cluster's life is about.</summary>
public enum ClusterEventKind
{
    /// <summary>A stage has begun or is going on.</summary>
    Progress,

    /// <summary>A single step on the way, for those who want all of them.</summary>
    Detail,

    /// <summary>A stage is complete.</summary>
    Done,

    /// <summary>Something an operator should know; work goes on.</summary>
    Warning,

    /// <summary>A stage failed.</summary>
    Failed,
}

/// <summary>One thing that happened to a cluster.</summary>
public sealed record ClusterEvent
{
    /// <summary>When, by the cluster's clock.</summary>
    public required DateTimeOffset At { get; init; }

    /// <summary>What it says about its stage.</summary>
    public required ClusterEventKind Kind { get; init; }

    /// <summary>The stage, stable lower-case words with dots, e.g. <c>wake.boot</c>.</summary>
    public required string Stage { get; init; }

    /// <summary>What happened, one sentence.</summary>
    public required string Message { get; init; }

    /// <summary>Time the stage is expected to take in all; null where nobody can know.</summary>
    public TimeSpan? Expected { get; init; }

    /// <summary>Stage and message.</summary>
    public override string ToString() => $"{Stage}: {Message}";
}

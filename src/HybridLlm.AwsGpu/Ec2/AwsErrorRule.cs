namespace HybridLlm.AwsGpu.Ec2;

/// <summary>What one AWS error code means and what is done about it.</summary>
/// <param name="Kind">What it means.</param>
/// <param name="Scope">How far it reaches.</param>
internal sealed record AwsErrorRule(AwsErrorKind Kind, AwsErrorScope Scope)
{
    /// <summary>How long what it reaches is left alone; null for a pool that cools by its own history, and for what need not rest.</summary>
    public TimeSpan? Rest { get; init; }

    /// <summary>Whether it holds only for types with as many vCPUs as the one refused, or more.</summary>
    public bool SparesSmaller { get; init; }

    /// <summary>What makes room or sets things right without an operator; the call is then made once more.</summary>
    public AwsErrorCleanup Cleanup { get; init; }

    /// <summary>What an operator can do; null takes that of the kind.</summary>
    public string? Remedy { get; init; }
}

/// <summary>What sets things right before a call is made again.</summary>
internal enum AwsErrorCleanup
{
    /// <summary>Nothing does.</summary>
    None,

    /// <summary>Records of instant fleets whose instances have ended are deleted: they count against the quota.</summary>
    EndedFleets,

    /// <summary>The launch template is made anew: a sweep took it in between.</summary>
    LaunchTemplate,
}

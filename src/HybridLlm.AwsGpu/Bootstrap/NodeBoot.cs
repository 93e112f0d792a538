namespace HybridLlm.AwsGpu.Bootstrap;

/// <summary>
/// What a node is told in its user data. EC2 shows user data to anyone who may describe the instance, so nothing here is secret
/// but the three URLs, which are useless once used.
/// </summary>
public sealed record NodeBoot
{
    /// <summary>Name of this wake, unique for ever: letters, digits, <c>.</c>, <c>_</c> and <c>-</c>.</summary>
    public required string WakeId { get; init; }

    /// <summary>What the node is for.</summary>
    public required NodeRole Role { get; init; }

    /// <summary>The controller's X25519 public key for this wake, 32 bytes.</summary>
    public required X25519PublicKey ControllerKey { get; init; }

    /// <summary>Presigned PUT of the request object; the header <c>If-None-Match: *</c> is signed into it.</summary>
    public required Uri RequestUrl { get; init; }

    /// <summary>Presigned GET of the reply object.</summary>
    public required Uri ReplyUrl { get; init; }

    /// <summary>Presigned PUT of the report object, where the node says how its boot ended; signed like <see cref="RequestUrl"/>.</summary>
    public required Uri ReportUrl { get; init; }

    /// <summary>Until then the node must have enrolled and read its lease, or it powers itself off; whole seconds.</summary>
    public required DateTimeOffset BootDeadline { get; init; }

    /// <summary>The node powers itself off then, whatever its lease says; whole seconds. A lighthouse ignores it.</summary>
    public required DateTimeOffset LastMoment { get; init; }
}

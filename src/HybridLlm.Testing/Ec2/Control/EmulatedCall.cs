namespace HybridLlm.Testing.Ec2;

/// <summary>One call that reached the emulator.</summary>
public sealed record EmulatedCall
{
    /// <summary>When it was answered, by the emulator's clock.</summary>
    public DateTimeOffset Time { get; init; }

    /// <summary><c>ec2</c>, <c>sts</c>, <c>s3</c>, <c>sqs</c> or <c>ssm</c>.</summary>
    public required string Service { get; init; }

    /// <summary>Operation name, e.g. <c>CreateFleet</c> or <c>PutObject</c>.</summary>
    public required string Action { get; init; }

    /// <summary>Region it was signed for; null when it was not signed.</summary>
    public string? Region { get; init; }

    /// <summary>Bucket, or bucket and key with a slash between; null outside S3.</summary>
    public string? Target { get; init; }

    /// <summary>Whether the operation changes something when it succeeds; false for a dry run.</summary>
    public required bool IsWrite { get; init; }

    /// <summary>HTTP status answered.</summary>
    public int Status { get; init; }

    /// <summary>AWS error code answered; null on success.</summary>
    public string? ErrorCode { get; init; }
}

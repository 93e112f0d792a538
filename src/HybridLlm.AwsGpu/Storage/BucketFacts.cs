namespace HybridLlm.AwsGpu.Storage;

/// <summary>What of a bucket's settings stands.</summary>
internal sealed record BucketFacts
{
    public static BucketFacts Absent { get; } = new();

    public bool Exists { get; init; }

    /// <summary>Empty when the bucket has no tags yet.</summary>
    public IReadOnlyDictionary<string, string> Tags { get; init; } = new Dictionary<string, string>();

    public bool PublicAccessBlocked { get; init; }
    public bool Versioned { get; init; }
    public bool MailboxExpires { get; init; }
}

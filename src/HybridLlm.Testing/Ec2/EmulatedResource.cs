namespace HybridLlm.Testing.Ec2;

/// <summary>Something that exists in the emulated account.</summary>
public sealed record EmulatedResource
{
    /// <summary><c>ec2</c> or <c>s3</c>.</summary>
    public required string Service { get; init; }

    /// <summary>Region name.</summary>
    public required string Region { get; init; }

    /// <summary>Tag resource type, e.g. <c>elastic-ip</c>; <c>bucket</c> for S3.</summary>
    public required string Type { get; init; }

    /// <summary>Id, or name of a bucket.</summary>
    public required string Id { get; init; }

    /// <summary>EC2's word for its state; null for a type without one.</summary>
    public string? State { get; init; }

    /// <summary>Its tags.</summary>
    public required IReadOnlyDictionary<string, string> Tags { get; init; }
}

namespace HybridLlm.AwsGpu.Storage;

/// <summary>One call on one object that whoever has the URL may make without credentials.</summary>
public sealed record PresignRequest
{
    /// <summary>What may be done.</summary>
    public required PresignVerb Verb { get; init; }

    /// <summary>Region of the bucket.</summary>
    public required string Region { get; init; }

    /// <summary>Name of the bucket.</summary>
    public required string Bucket { get; init; }

    /// <summary>Key of the object.</summary>
    public required string Key { get; init; }

    /// <summary>How long the URL works, 1 second to 7 days; temporary credentials can end it sooner.</summary>
    public required TimeSpan Lifetime { get; init; }

    /// <summary>
    /// Headers the call must carry with exactly these values, e.g. <c>If-None-Match: *</c>, which makes a PUT succeed
    /// only for a new object. Empty demands none.
    /// </summary>
    public IReadOnlyDictionary<string, string> SignedHeaders { get; init; } = new Dictionary<string, string>();
}

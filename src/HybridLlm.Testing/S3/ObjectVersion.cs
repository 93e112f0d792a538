namespace HybridLlm.Testing.S3;

/// <summary>One version of an object, or the marker that it was deleted.</summary>
internal sealed record ObjectVersion
{
    /// <summary>Version id of objects put while versioning was off.</summary>
    public const string NullId = "null";

    public required string Key { get; init; }

    public required string VersionId { get; init; }

    public required DateTimeOffset Modified { get; init; }

    public bool IsDeleteMarker { get; init; }

    public byte[] Body { get; init; } = [];

    /// <summary>MD5 of the body, in quotes.</summary>
    public string ETag { get; init; } = "";

    public string ContentType { get; init; } = "binary/octet-stream";

    /// <summary>Headers given back as they came: <c>x-amz-meta-*</c>, Cache-Control and the like.</summary>
    public IReadOnlyDictionary<string, string> Headers { get; init; } = new Dictionary<string, string>();

    /// <summary><c>x-amz-checksum-*</c> as it came.</summary>
    public IReadOnlyDictionary<string, string> Checksums { get; init; } = new Dictionary<string, string>();
}

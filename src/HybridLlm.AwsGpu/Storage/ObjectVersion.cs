namespace HybridLlm.AwsGpu.Storage;

/// <summary>One version of an object, or the mark that says it was deleted.</summary>
public sealed record ObjectVersion
{
    /// <summary>Key of the object.</summary>
    public required string Key { get; init; }

    /// <summary>S3's id of the version.</summary>
    public required string VersionId { get; init; }

    /// <summary>Bytes; 0 for a delete marker.</summary>
    public required long Size { get; init; }

    /// <summary>Whether it only marks the deletion of the object.</summary>
    public required bool IsDeleteMarker { get; init; }
}

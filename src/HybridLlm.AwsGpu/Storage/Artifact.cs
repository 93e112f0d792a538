using System.Text.Json.Serialization;

namespace HybridLlm.AwsGpu.Storage;

/// <summary>One thing nodes install: a file of the catalogue's folder, known by its hash.</summary>
public sealed record Artifact
{
    /// <summary>Short name, also the file's name in the folder, e.g. <c>nebula</c>; letters, digits and <c>._+-</c>.</summary>
    public required string Name { get; init; }

    /// <summary>Version upstream gives it, e.g. <c>1.11.1</c>.</summary>
    public required string Version { get; init; }

    /// <summary>Size, bytes.</summary>
    public required long Size { get; init; }

    /// <summary>SHA-256 of the content, 64 lower-case hexadecimal digits.</summary>
    public required string Sha256 { get; init; }

    /// <summary>What a node does with it.</summary>
    public required ArtifactKind Kind { get; init; }

    /// <summary>Absolute path on the node.</summary>
    public required string Path { get; init; }

    /// <summary>Key in the cluster's bucket. It carries the hash, so another content never takes its place.</summary>
    [JsonIgnore]
    public string ObjectKey => $"{ObjectKeys.Artifacts}{Sha256}/{Name}";
}

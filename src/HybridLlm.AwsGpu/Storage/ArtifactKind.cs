using System.Text.Json.Serialization;

namespace HybridLlm.AwsGpu.Storage;

/// <summary>What a node does with an artifact.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<ArtifactKind>))]
public enum ArtifactKind
{
    /// <summary>Puts it at its path, readable by all.</summary>
    [JsonStringEnumMemberName("file")]
    File,

    /// <summary>Puts it at its path, executable by all.</summary>
    [JsonStringEnumMemberName("executable")]
    Executable,

    /// <summary>Unpacks it, a gzipped tar, into the folder at its path.</summary>
    [JsonStringEnumMemberName("archive")]
    Archive,
}

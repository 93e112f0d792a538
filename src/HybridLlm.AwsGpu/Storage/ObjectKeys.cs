namespace HybridLlm.AwsGpu.Storage;

/// <summary>Where things lie in the cluster's bucket.</summary>
public static class ObjectKeys
{
    /// <summary>Prefix of enrolment messages; they expire after a day.</summary>
    public const string Mailbox = "mailbox/";

    /// <summary>Prefix of what nodes install.</summary>
    public const string Artifacts = "artifacts/";

    /// <summary>Prefix of models put there by hand.</summary>
    public const string Models = "models/";

    /// <summary>Beginning of an artifact's name that says it is a model.</summary>
    public const string ModelArtifact = "model-";

    /// <summary>Whether a model lies under a key: one put there by hand, or an artifact whose name begins with <see cref="ModelArtifact"/>.</summary>
    /// <param name="key">Key of an object.</param>
    public static bool IsModel(string key)
    {
        ArgumentNullException.ThrowIfNull(key);
        return key.StartsWith(Models, StringComparison.Ordinal)
            || (
                key.StartsWith(Artifacts, StringComparison.Ordinal)
                && key[(key.LastIndexOf('/') + 1)..].StartsWith(ModelArtifact, StringComparison.Ordinal)
            );
    }
}

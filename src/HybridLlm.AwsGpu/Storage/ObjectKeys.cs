namespace HybridLlm.AwsGpu.Storage;

/// <summary>Where things lie in the cluster's bucket.</summary>
public static class ObjectKeys
{
    /// <summary>Prefix of enrolment messages; they expire after a day.</summary>
    public const string Mailbox = "mailbox/";

    /// <summary>Prefix of what nodes install.</summary>
    public const string Artifacts = "artifacts/";
}

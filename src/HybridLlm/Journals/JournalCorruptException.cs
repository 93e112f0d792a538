namespace HybridLlm.Journals;

/// <summary>The cluster's journal cannot be read, so what may exist at AWS is not known. Nothing has been changed.</summary>
public sealed class JournalCorruptException : HybridLlmException
{
    internal JournalCorruptException(string path, IReadOnlyList<string> faults, Exception? cause = null)
        : base(
            $"The journal {path} is damaged: {string.Join("; ", faults)}.",
            "Restore the file from a backup; or move its folder away and run ClusterTeardown of HybridLlm.AwsGpu with the owner id from its first line or from any resource's tag hybridllm:owner-id.",
            cause
        ) => Faults = faults;

    /// <summary>Every damaged line, with its number.</summary>
    public IReadOnlyList<string> Faults { get; }
}

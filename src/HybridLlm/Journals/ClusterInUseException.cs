namespace HybridLlm.Journals;

/// <summary>Another process controls this cluster. Two controllers at once would rent twice.</summary>
public sealed class ClusterInUseException : HybridLlmException
{
    internal ClusterInUseException(string folder, Exception cause)
        : base(
            $"Another controller holds the cluster's state in {folder}.",
            "Stop the other process, or talk to its gateway instead of starting a second controller.",
            cause
        ) { }
}

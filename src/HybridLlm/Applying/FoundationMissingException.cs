namespace HybridLlm.Applying;

/// <summary>The cluster is not up, so no GPU can be woken. Nothing has been rented.</summary>
public sealed class FoundationMissingException : HybridLlmException
{
    internal FoundationMissingException(string cluster, string part)
        : base(
            $"The foundation of cluster {cluster} is not complete: {part} is missing.",
            "Call UpAsync; it makes what is missing and nothing else."
        ) { }
}

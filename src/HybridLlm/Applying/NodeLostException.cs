namespace HybridLlm.Applying;

/// <summary>A node that was launched did not become one of ours. Whatever is left of it is given back.</summary>
public sealed class NodeLostException : HybridLlmException
{
    internal NodeLostException(string wakeId, string why, bool isGone = false)
        : base(
            $"Node {wakeId} is lost: {why}.",
            "Ask again; if it happens every time, read the instance's console output, where the boot script says what stopped it."
        ) => IsGone = isGone;

    /// <summary>Whether its instance ended without a word, so that another may fare better.</summary>
    internal bool IsGone { get; }
}

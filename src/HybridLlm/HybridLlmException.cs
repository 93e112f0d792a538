namespace HybridLlm;

/// <summary>Base of what the composer throws for an operator to mend.</summary>
public class HybridLlmException : Exception
{
    internal HybridLlmException(string message, string remedy, Exception? cause = null)
        : base($"{message} {remedy}", cause) => Remedy = remedy;

    /// <summary>What the operator can do, one sentence.</summary>
    public string Remedy { get; }
}

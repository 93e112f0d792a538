namespace HybridLlm.Liqo;

/// <summary>Base of what this package throws about Liqo and Kubernetes: what happened, why, and what the operator can do.</summary>
public class LiqoException : Exception
{
    internal LiqoException(string message, string remedy, Exception? cause = null)
        : base($"{message} {remedy}", cause) => Remedy = remedy;

    /// <summary>What the operator can do, one or two sentences.</summary>
    public string Remedy { get; }
}

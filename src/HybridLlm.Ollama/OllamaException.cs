namespace HybridLlm.Ollama;

/// <summary>Base of what this package throws about an Ollama server or a model.</summary>
public class OllamaException : Exception
{
    internal OllamaException(string message, string remedy, Exception? cause = null)
        : base($"{message} {remedy}", cause) => Remedy = remedy;

    /// <summary>What the operator can do, one sentence.</summary>
    public string Remedy { get; }
}

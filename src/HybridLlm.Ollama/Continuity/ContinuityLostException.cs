namespace HybridLlm.Ollama.Continuity;

/// <summary>An answer broke off and cannot be taken up without losing or doubling text, or anywhere at all.</summary>
public sealed class ContinuityLostException : OllamaException
{
    internal ContinuityLostException(string reason, string remedy, Exception? cause)
        : base($"The answer broke off and cannot go on: {reason}", remedy, cause) { }
}

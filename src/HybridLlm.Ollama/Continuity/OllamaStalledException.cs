namespace HybridLlm.Ollama.Continuity;

/// <summary>The server kept the connection, but sent nothing for longer than allowed.</summary>
public sealed class OllamaStalledException : OllamaStreamException
{
    internal OllamaStalledException(TimeSpan limit, long linesRead)
        : base(
            $"Ollama sent nothing for {limit.TotalSeconds:0} s after {linesRead} lines.",
            "Check whether its runner hangs or the GPU is lost; StallLimit sets how long to wait.",
            linesRead
        ) { }
}

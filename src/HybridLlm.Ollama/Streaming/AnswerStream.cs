namespace HybridLlm.Ollama;

/// <summary>An answer that has begun, and the connection it comes by.</summary>
/// <param name="response">Its head.</param>
/// <param name="lines">Its body.</param>
internal sealed class AnswerStream(HttpResponseMessage response, ChunkReader lines) : IDisposable
{
    public ChunkReader Lines => lines;

    /// <summary>Ends it; an answer that is not at its end is given up.</summary>
    public void Dispose()
    {
        response.Dispose();
        lines.Dispose();
    }
}

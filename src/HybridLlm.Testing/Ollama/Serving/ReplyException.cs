namespace HybridLlm.Testing.Ollama;

/// <summary>Ends a request with an error status and Ollama's words.</summary>
/// <param name="status">HTTP status.</param>
/// <param name="error">The words.</param>
/// <param name="chunked">True for an error of the engine under a streaming request, which goes out as a stream's first line would.</param>
internal sealed class ReplyException(int status, string error, bool chunked = false) : Exception(error)
{
    public int Status => status;

    public bool Chunked => chunked;
}

using System.Net;

namespace HybridLlm.Ollama;

/// <summary>The server answered with an error status and, mostly, said why.</summary>
public sealed class OllamaResponseException : OllamaException
{
    internal OllamaResponseException(string request, HttpStatusCode status, string error, TimeSpan? retryAfter)
        : base($"Ollama answered {request} with {(int)status}: {error}", RemedyFor(status, error))
    {
        Status = status;
        Error = error;
        RetryAfter = retryAfter;
    }

    /// <summary>The HTTP status. 500 is also what Ollama says to some mistakes of the caller, e.g. an option of the wrong type.</summary>
    public HttpStatusCode Status { get; }

    /// <summary>The server's own words: the body's <c>error</c>, else the body, at most 4096 characters; empty if it had none.</summary>
    public string Error { get; }

    /// <summary>How long the server asks to wait before the next try; null if it did not say. Ollama itself never does.</summary>
    public TimeSpan? RetryAfter { get; }

    private static string RemedyFor(HttpStatusCode status, string error) =>
        status switch
        {
            HttpStatusCode.NotFound => "Pull the model first, or correct its name.",
            HttpStatusCode.ServiceUnavailable =>
                "Its queue of requests that wait for a model to load is full: try again later, or raise OLLAMA_MAX_QUEUE.",
            HttpStatusCode.Forbidden =>
                "Ollama refuses foreign Host and Origin headers and, with OLLAMA_NO_CLOUD, cloud models: change the request or the server's settings.",
            HttpStatusCode.BadRequest => "Correct the request; the same one will fail again.",
            HttpStatusCode.NotImplemented =>
                "This model cannot do that: choose another, e.g. an embedding model for embeddings.",
            _ when error.Contains("must be of type", StringComparison.Ordinal) =>
                "Correct the option; the same request will fail again.",
            _ => "Read the server's log; if it ran out of memory, choose a larger GPU or a smaller model or context.",
        };
}

namespace HybridLlm.Ollama;

/// <summary>An answer that began, or was about to, and did not reach its end. The four ways are the derived types.</summary>
public abstract class OllamaStreamException : OllamaException
{
    private protected OllamaStreamException(string message, string remedy, long linesRead, Exception? cause = null)
        : base(message, remedy, cause) => LinesRead = linesRead;

    /// <summary>Lines that arrived whole before; 0 or more. A line is mostly, not always, one token.</summary>
    public long LinesRead { get; }
}

/// <summary>
/// The server said, in the stream and under HTTP 200, that it cannot go on: its last line was <c>{"error":"…"}</c>. That is
/// how a crashed model runner looks.
/// </summary>
public sealed class OllamaErrorLineException : OllamaStreamException
{
    internal OllamaErrorLineException(string error, long linesRead)
        : base(
            $"Ollama broke off after {linesRead} lines: {error}",
            "Ask again: the server starts a new runner; if it happens again, read its log for memory faults.",
            linesRead
        ) => Error = error;

    /// <summary>The server's own words, e.g. <c>an error was encountered while running the model: unexpected EOF</c>.</summary>
    public string Error { get; }
}

/// <summary>The connection ended before the answer did: the server was stopped or killed, or the network broke.</summary>
public sealed class OllamaCutException : OllamaStreamException
{
    internal OllamaCutException(long linesRead, Exception cause)
        : base(
            $"The connection to Ollama was cut after {linesRead} lines: {cause.Message}",
            "Ask again, here once the server is back or elsewhere.",
            linesRead,
            cause
        ) { }
}

/// <summary>
/// The stream ended cleanly but without its last line, <c>"done":true</c>. Ollama does that on purpose when a model repeats one token 31 times.
/// </summary>
public sealed class OllamaUnfinishedException : OllamaStreamException
{
    internal OllamaUnfinishedException(bool repeating, long linesRead)
        : base(
            $"The answer ended after {linesRead} lines without being declared done{(repeating ? ": the model repeated itself." : ".")}",
            repeating
                ? "Change the prompt or set repeat_penalty; going on would only repeat more."
                : "Treat the text as cut off and ask again.",
            linesRead
        ) => Repeating = repeating;

    /// <summary>True if the last 30 or more lines carried the same text, which is where Ollama's repeat guard stops an answer.</summary>
    public bool Repeating { get; }
}

/// <summary>A line was not what Ollama writes: not JSON, not an object, or too long. Something else answered, or stands between.</summary>
public sealed class OllamaMalformedException : OllamaStreamException
{
    internal OllamaMalformedException(string what, long linesRead, Exception? cause = null)
        : base(
            $"Line {linesRead + 1} of the answer is not Ollama's: {what}",
            "Check that the address is an Ollama server's and that no proxy rewrites its answers.",
            linesRead,
            cause
        ) { }
}

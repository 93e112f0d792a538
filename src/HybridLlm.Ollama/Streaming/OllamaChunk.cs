using HybridLlm.Ollama.Continuity;
using OllamaSharp.Models.Chat;

namespace HybridLlm.Ollama;

/// <summary>One line of a chat or generate stream.</summary>
public sealed class OllamaChunk
{
    internal OllamaChunk() { }

    /// <summary>The next piece of the answer: <c>message.content</c> or <c>response</c>. Often empty in the last line.</summary>
    public string Text { get; internal set; } = "";

    /// <summary>The next piece of the model's reasoning; empty if it is not reasoning.</summary>
    public string Thinking { get; internal set; } = "";

    /// <summary>Tools the model wants called; mostly empty.</summary>
    public IReadOnlyList<Message.ToolCall> ToolCalls { get; internal set; } = [];

    /// <summary>
    /// Tokens this line stands for, by its <c>logprobs</c>; null if the request did not ask for them. No fewer: some the server held back,
    /// because they could begin a stop string or end inside a character, it shows as one.
    /// </summary>
    public int? TokenCount { get; internal set; }

    /// <summary>
    /// True if what it shows as one token is none of those its <c>top_logprobs</c> name: several that were held back, or one that a stop
    /// string cut short, or one that was less likely than all of them.
    /// </summary>
    internal bool OddToken { get; set; }

    /// <summary>True if it ends with only the beginning of the likeliest token: a stop string that follows has cut that short.</summary>
    internal bool CutShort { get; set; }

    /// <summary>
    /// How much likelier the tightest choice among its tokens was than the next best, natural logarithm; below 0 if it was not the
    /// likeliest, null if its <c>top_logprobs</c> do not show it.
    /// </summary>
    internal double? Margin { get; set; }

    /// <summary>Model name as the request gave it.</summary>
    public string Model { get; internal set; } = "";

    /// <summary>When the server wrote the line; null if it did not say.</summary>
    public DateTimeOffset? CreatedAt { get; internal set; }

    /// <summary>True for the last line only.</summary>
    public bool Done { get; internal set; }

    /// <summary>Why the answer ended: <c>stop</c>, <c>length</c>, <c>load</c> or <c>unload</c>; null before the last line.</summary>
    public string? DoneReason { get; internal set; }

    /// <summary>Counters of the whole answer; null before the last line, and where the repeat guard ended it.</summary>
    public OllamaUsage? Usage { get; internal set; }

    /// <summary>What became of an answer that moved to another server; null before the last line, and if it did not move.</summary>
    public ContinuityReport? Continuity { get; internal init; }

    /// <summary>The line as received, UTF-8, without its line end: for fields not mapped here and for passing it on.</summary>
    public ReadOnlyMemory<byte> Json { get; internal set; }

    /// <summary>Whose line <see cref="Json"/> is, and says all that the other properties say; null if it does not.</summary>
    internal OllamaApi? LineOf { get; set; }
}

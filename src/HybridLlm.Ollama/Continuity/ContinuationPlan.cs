using System.Text.Json.Nodes;

namespace HybridLlm.Ollama.Continuity;

/// <summary>How an answer goes on at a server, or why it does not.</summary>
internal sealed record ContinuationPlan
{
    public required ContinuationMethod Method { get; init; }

    public required OllamaApi Api { get; init; }

    /// <summary>What to send; empty for <see cref="ContinuationMethod.Finish"/>.</summary>
    public required JsonObject Body { get; init; }

    /// <summary>Why the text may differ from what the first server would have said; empty if nothing speaks against it.</summary>
    public required IReadOnlyList<string> Doubts { get; init; }

    /// <summary>Tokens, prompt and answer, up to which it is one whatever the servers' contexts are; null if their contexts are the same.</summary>
    public int? SureWithin { get; init; }

    /// <summary>The answer is still inside a thought, which the raw text ends with its closing tag.</summary>
    public bool InThought { get; init; }

    /// <summary>The server reads what has been delivered and adds to it, rather than to say it all itself.</summary>
    public bool AfterSeam => Method is ContinuationMethod.RawPrompt or ContinuationMethod.TrailingAssistant;

    /// <summary>This server will not do, another might; null if it will.</summary>
    public string? Unfit { get; private init; }

    /// <summary>No server will do; null if one might.</summary>
    public string? Lost { get; private init; }

    public static ContinuationPlan UnfitBecause(string reason) => Refusal() with { Unfit = reason };

    public static ContinuationPlan LostBecause(string reason) => Refusal() with { Lost = reason };

    private static ContinuationPlan Refusal() =>
        new()
        {
            Method = ContinuationMethod.Finish,
            Api = OllamaApi.Generate,
            Body = [],
            Doubts = [],
        };
}

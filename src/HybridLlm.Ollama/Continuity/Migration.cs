namespace HybridLlm.Ollama.Continuity;

/// <summary>How an answer is taken up on another server.</summary>
public enum ContinuationMethod
{
    /// <summary>Nothing had been delivered, so the request is sent again as it was.</summary>
    Restart,

    /// <summary>The request is sent again and what had been delivered is skipped, provided it comes again word for word.</summary>
    Replay,

    /// <summary>The rendered prompt with the text so far is continued without a template.</summary>
    RawPrompt,

    /// <summary>The text so far is sent as the last message, of the assistant, which this model's template leaves open.</summary>
    TrailingAssistant,

    /// <summary>All tokens asked for had been delivered; only the last line was missing.</summary>
    Finish,
}

/// <summary>One move of an answer to another server.</summary>
public sealed record Migration
{
    /// <summary>Root of the server it left.</summary>
    public required Uri From { get; init; }

    /// <summary>Root of the server it went on at.</summary>
    public required Uri To { get; init; }

    /// <summary>How.</summary>
    public required ContinuationMethod Method { get; init; }

    /// <summary>Characters of the answer, UTF-16, that had been delivered; the seam lies after them.</summary>
    public required int AfterCharacters { get; init; }

    /// <summary>Why it left; null if the server was draining.</summary>
    public required OllamaException? Cause { get; init; }
}

/// <summary>What became of an answer that moved.</summary>
public sealed record ContinuityReport
{
    /// <summary>Its moves, in order; one or more.</summary>
    public required IReadOnlyList<Migration> Migrations { get; init; }

    /// <summary>
    /// True only if nothing tells the text from what the first server alone would have said: chosen without chance or penalties, by the
    /// same weights and version, the parts' token counts add up, and every token after a seam was at least a tenth likelier than the
    /// next. Less might be rounding, as an engine that reads the text in one go rounds otherwise than one that wrote it. Of the one
    /// token that ends an answer Ollama does not say how likely it was. Either way no text is lost or doubled.
    /// </summary>
    public bool Exact => Doubts.Count == 0;

    /// <summary>What stands against <see cref="Exact"/>; empty if nothing.</summary>
    public required IReadOnlyList<string> Doubts { get; init; }
}

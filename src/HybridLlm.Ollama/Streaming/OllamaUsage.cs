namespace HybridLlm.Ollama;

/// <summary>What an answer cost, from the counters of its last line.</summary>
public sealed record OllamaUsage
{
    /// <summary>Tokens of the rendered prompt; 0 or more.</summary>
    public required int PromptTokens { get; init; }

    /// <summary>Tokens generated; 0 or more. Counts the end token and the tokens of a matched stop string, which are never sent.</summary>
    public required int AnswerTokens { get; init; }

    /// <summary>From the request's arrival to its end.</summary>
    public required TimeSpan Total { get; init; }

    /// <summary>Spent waiting for the model to be loaded.</summary>
    public required TimeSpan Load { get; init; }

    /// <summary>Spent reading the prompt.</summary>
    public required TimeSpan Prompt { get; init; }

    /// <summary>Spent generating.</summary>
    public required TimeSpan Answer { get; init; }
}

namespace HybridLlm.Ollama.Continuity;

/// <summary>
/// Sees where rounding may have chosen a token. A server that reads a text in one go adds the same numbers in another order than one
/// that wrote it token by token, so all that follows is rounded otherwise; where two tokens are all but equally likely, the other wins.
/// </summary>
internal sealed class RoundingWatch(ContinuationPlan plan)
{
    /// <summary>Likeliest tokens a server has to show: the first and the next.</summary>
    public const int Alternatives = 2;

    /// <summary>
    /// Least margin, natural logarithm, that rounding is taken not to turn: the next token is a tenth less likely. In 8,000 cuts of
    /// llama.cpp on a CPU a seam moved margins by up to 0.022, and turned none above 0.01. That model had two layers; the rest is for
    /// deeper ones, where errors add up, and for half precision, in which numbers from 16 to 32, as logits are, lie 1/64 apart.
    /// </summary>
    private const double LeastMargin = 0.1;

    private int _shown;

    /// <summary>What speaks against this line of the leg being what the first server would have said; null if nothing.</summary>
    public string? Judge(OllamaChunk chunk)
    {
        if (!plan.AfterSeam)
        {
            return null;
        }

        _shown += chunk.TokenCount ?? 0;
        var shown = chunk.Done ? AllShown(chunk) : chunk.Margin is not null;
        return chunk.Margin < LeastMargin ? "two tokens were so nearly as likely that rounding may have chosen"
            : !shown ? "the server did not show how tightly it chose every token"
            : null;
    }

    /// <summary>True if every token the server counted was in a line, but for the one that ends an answer, which never is.</summary>
    private bool AllShown(OllamaChunk last) => last.Usage?.AnswerTokens - _shown <= (last.DoneReason == "stop" ? 1 : 0);
}

namespace HybridLlm.Ollama.Continuity;

/// <summary>
/// Proves that a continued answer is exact: the server that ended it is asked the original request for a few tokens. They must begin the
/// answer, and the prompt's tokens plus those delivered before the seam must be as many as the server read when it took the answer up. A
/// start token doubled, a prompt cut short or a text that is other tokens when read again all show in that sum, but for other tokens
/// that are by chance as many: the shorter the text, the likelier. So of a seam that came early the tokens asked for reach past it.
/// </summary>
internal static class SeamProof
{
    private const int ProbeTokens = 8;

    /// <summary>Tokens before a seam that are asked for again, at most: a second or two of an answer.</summary>
    private const int EarlyTokens = 64;

    /// <summary>The prompt's true size and what speaks against exactness.</summary>
    /// <param name="asked">The original request.</param>
    /// <param name="leg">The last leg.</param>
    /// <param name="legUsage">Its counters; null if it sent nothing.</param>
    /// <param name="answer">The whole text.</param>
    /// <param name="options">Limits.</param>
    /// <param name="cancellationToken">Ends the answer.</param>
    public static async Task<(int? PromptTokens, string? Doubt)> ProveAsync(
        AskedFor asked,
        Leg leg,
        OllamaUsage? legUsage,
        string answer,
        ContinuityOptions options,
        CancellationToken cancellationToken
    )
    {
        using CancellationTokenSource limit = new(options.ProofLimit, options.TimeProvider);
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, limit.Token);
        try
        {
            var wanted = ProbeTokens + (leg.Before.Tokens is { } before and <= EarlyTokens ? before : 0);
            var tokens = Math.Min(wanted, asked.MaxTokens(null) ?? wanted);
            var (text, promptTokens) = await PromptProbe
                .AskAsync(asked.Api, asked.Body, tokens, leg.Endpoint.Client, ended.Token)
                .ConfigureAwait(false);
            var doubt =
                legUsage is not null && promptTokens + leg.Before.Tokens != legUsage.PromptTokens
                    ? "the text before the seam is other tokens when read again"
                : !answer.StartsWith(text, StringComparison.Ordinal)
                    ? "the last server begins the same answer differently"
                : null;
            return (promptTokens, doubt);
        }
        catch (Exception e) when (e is OllamaException or OperationCanceledException)
        {
            cancellationToken.ThrowIfCancellationRequested();
            return (null, "the proof could not be made");
        }
    }
}

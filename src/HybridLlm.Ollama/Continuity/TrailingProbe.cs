using System.Text.Json.Nodes;

namespace HybridLlm.Ollama.Continuity;

/// <summary>
/// Finds out whether a server's template goes on with an assistant's last message, from two or three renderings of a few words. That
/// follows from the model only in part: the server's own settings, as <c>OLLAMA_GO_TEMPLATE</c>, choose the template, and no
/// endpoint tells them.
/// </summary>
internal static class TrailingProbe
{
    private const string Words = "one two";

    /// <summary>The verdict on requests like this one.</summary>
    /// <param name="client">The server; renders only with the model loaded.</param>
    /// <param name="asked">The request, of which the tools and the way to think matter.</param>
    /// <param name="thought">Whether the message comes with a thought.</param>
    /// <param name="cancellationToken">Ends the probe.</param>
    public static async Task<TrailingVerdict> AskAsync(
        OllamaClient client,
        AskedFor asked,
        bool thought,
        CancellationToken cancellationToken
    )
    {
        var body = asked.Load();
        foreach (var field in (string[])["tools", "think"])
        {
            if (asked.Body[field] is { } value)
            {
                body[field] = value.DeepClone();
            }
        }

        body["messages"] = new JsonArray(new JsonObject { ["role"] = "user", ["content"] = Words });
        var prompt = await client.RenderAsync(OllamaApi.Chat, body, cancellationToken).ConfigureAwait(false);
        var spaced = await JudgeAsync($" {Words} \n").ConfigureAwait(false);
        return spaced.Ends ? spaced : await JudgeAsync(Words).ConfigureAwait(false);

        async Task<TrailingVerdict> JudgeAsync(string text)
        {
            AnswerSoFar message = new() { Text = text, Thinking = thought ? Words : "" };
            var trailing = await client
                .RenderAsync(OllamaApi.Chat, ContinuationPlanner.WithTrailing(body, message), cancellationToken)
                .ConfigureAwait(false);
            return TrailingVerdict.Of(prompt, trailing, text);
        }
    }
}

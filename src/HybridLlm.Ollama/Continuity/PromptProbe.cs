using System.Text;
using System.Text.Json.Nodes;

namespace HybridLlm.Ollama.Continuity;

/// <summary>Asks for a few tokens, for what a server says of the prompt.</summary>
internal static class PromptProbe
{
    /// <summary>Has the server load the model as the request needs it.</summary>
    public static async Task LoadAsync(this OllamaClient client, AskedFor asked, CancellationToken cancellationToken)
    {
        var loaded = client.StreamAsync(OllamaApi.Generate, asked.Load(), cancellationToken);
        await foreach (var _ in loaded.ConfigureAwait(false)) { }
    }

    /// <summary>The first tokens of an answer, and how many the prompt is.</summary>
    public static async Task<(string Text, int PromptTokens)> AskAsync(
        OllamaApi api,
        JsonObject request,
        int tokens,
        OllamaClient client,
        CancellationToken cancellationToken
    )
    {
        var body = request.DeepClone().AsObject();
        if (body["options"] is not JsonObject sampling)
        {
            body["options"] = sampling = [];
        }

        sampling["num_predict"] = tokens;
        StringBuilder text = new();
        await foreach (var chunk in client.StreamAsync(api, body, cancellationToken).ConfigureAwait(false))
        {
            text.Append(chunk.Text);
            if (chunk.Usage is { } usage)
            {
                // The limit may fall inside a character, which then comes as U+FFFD.
                return (text.ToString().TrimEnd('\uFFFD'), usage.PromptTokens);
            }
        }

        throw new InvalidOperationException("A stream without failure ends with its usage.");
    }

    /// <summary>How many tokens the request's prompt is.</summary>
    public static async Task<int> CountAsync(
        AskedFor asked,
        OllamaClient client,
        CancellationToken cancellationToken
    ) => (await AskAsync(asked.Api, asked.Body, 1, client, cancellationToken).ConfigureAwait(false)).PromptTokens;

    /// <summary>How many tokens the text so far is when it is read again, as the plan has the server read it.</summary>
    public static async Task<int> CountAnswerAsync(
        AskedFor asked,
        ContinuationPlan plan,
        OllamaClient client,
        CancellationToken cancellationToken
    )
    {
        var prompt = await CountAsync(asked, client, cancellationToken).ConfigureAwait(false);
        var (_, whole) = await AskAsync(plan.Api, plan.Body, 1, client, cancellationToken).ConfigureAwait(false);
        return whole - prompt;
    }
}

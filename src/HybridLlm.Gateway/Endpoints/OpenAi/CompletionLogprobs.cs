using System.Text.Json.Nodes;

namespace HybridLlm.Gateway.Endpoints.OpenAi;

/// <summary>Token probabilities as the older completions API has them: lists side by side. One for each answer, as it counts characters.</summary>
internal sealed class CompletionLogprobs
{
    private int _offset;

    /// <summary>The next tokens.</summary>
    /// <param name="native">As Ollama writes them.</param>
    public JsonObject Of(JsonArray native)
    {
        JsonArray tokens = [];
        JsonArray probabilities = [];
        JsonArray likeliest = [];
        JsonArray offsets = [];
        foreach (var token in native.OfType<JsonObject>())
        {
            var text = token["token"]?.ToString() ?? "";
            tokens.Add((JsonNode)text);
            probabilities.Add(token["logprob"]?.DeepClone());
            likeliest.Add(token["top_logprobs"] is JsonArray others ? (JsonNode)ByToken(others) : null);
            offsets.Add((JsonNode)_offset);
            _offset += text.Length;
        }

        return new JsonObject
        {
            ["tokens"] = tokens,
            ["token_logprobs"] = probabilities,
            ["top_logprobs"] = likeliest,
            ["text_offset"] = offsets,
        };
    }

    private static JsonObject ByToken(JsonArray others)
    {
        JsonObject byToken = [];
        foreach (var other in others.OfType<JsonObject>())
        {
            byToken[other["token"]?.ToString() ?? ""] = other["logprob"]?.DeepClone();
        }

        return byToken;
    }
}

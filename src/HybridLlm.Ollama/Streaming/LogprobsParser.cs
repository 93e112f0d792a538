using System.Text.Json;

namespace HybridLlm.Ollama;

/// <summary>Reads a line's <c>logprobs</c>: one element a token, each with the likeliest tokens at its place if the request asked for them.</summary>
internal static class LogprobsParser
{
    /// <summary>How many tokens the line stands for, and its <see cref="OllamaChunk.Margin"/>.</summary>
    public static (int Tokens, double? Margin) Parse(ref Utf8JsonReader reader)
    {
        reader.Read();
        var tokens = JsonElement.ParseValue(ref reader);
        if (tokens.ValueKind != JsonValueKind.Array)
        {
            return (0, null);
        }

        var margins = tokens.EnumerateArray().Select(Margin).ToList();
        return (margins.Count, margins.Contains(null) ? null : margins.Min());
    }

    private static double? Margin(JsonElement token)
    {
        if (
            !token.TryGetProperty("top_logprobs", out var likeliest)
            || likeliest.ValueKind != JsonValueKind.Array
            || likeliest.GetArrayLength() < 2
        )
        {
            return null;
        }

        var (chosen, first, second) = (Probability(token), Probability(likeliest[0]), Probability(likeliest[1]));
        // Below 0 where another token was likelier than the chosen one.
        return chosen < first ? chosen - first : first - second;
    }

    private static double Probability(JsonElement token) =>
        token.TryGetProperty("logprob", out var number)
        && number.ValueKind == JsonValueKind.Number
        && number.TryGetDouble(out var value)
            ? value
            : throw new JsonException("a logprob is not a number");
}

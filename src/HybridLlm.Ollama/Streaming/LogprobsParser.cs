using System.Text.Json;

namespace HybridLlm.Ollama;

/// <summary>Reads a line's <c>logprobs</c>: one element a token, each with the likeliest tokens at its place if the request asked for them.</summary>
internal static class LogprobsParser
{
    /// <summary>How many tokens the line shows, its <see cref="OllamaChunk.Margin"/> and what is odd about them.</summary>
    public static Shown Parse(ref Utf8JsonReader reader)
    {
        reader.Read();
        return ChosenToken.TryParse(ref reader) ?? ParseAny(ref reader);
    }

    private static Shown ParseAny(ref Utf8JsonReader reader)
    {
        var tokens = JsonElement.ParseValue(ref reader);
        if (tokens.ValueKind != JsonValueKind.Array)
        {
            return default;
        }

        var margins = tokens.EnumerateArray().Select(Margin).ToList();
        return new Shown(
            margins.Count,
            margins.Contains(null) ? null : margins.Min(),
            tokens.EnumerateArray().Any(IsOdd),
            tokens.EnumerateArray().Any(IsCutShort)
        );
    }

    private static bool IsOdd(JsonElement token) =>
        Text(token) is { } text
        && Likeliest(token) is [_, ..] likeliest
        && !likeliest.Contains(text, StringComparer.Ordinal);

    private static bool IsCutShort(JsonElement token) =>
        IsOdd(token)
        && Text(token)!.AsSpan() is var text
        && Likeliest(token)[0].AsSpan() is var whole
        && !text.EndsWith(whole, StringComparison.Ordinal)
        && EndsWithStartOf(text, whole);

    private static bool EndsWithStartOf(ReadOnlySpan<char> text, ReadOnlySpan<char> whole)
    {
        for (var length = Math.Min(text.Length, whole.Length - 1); length > 0; length--)
        {
            if (text.EndsWith(whole[..length], StringComparison.Ordinal))
            {
                return true;
            }
        }

        return false;
    }

    private static string? Text(JsonElement token) =>
        token.ValueKind == JsonValueKind.Object
        && token.TryGetProperty("token", out var text)
        && text.ValueKind == JsonValueKind.String
            ? text.GetString()
            : null;

    private static string[] Likeliest(JsonElement token) =>
        token.TryGetProperty("top_logprobs", out var likeliest) && likeliest.ValueKind == JsonValueKind.Array
            ? [.. likeliest.EnumerateArray().Select(Text).OfType<string>()]
            : [];

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

/// <summary>What a line's probabilities show; see the properties of <see cref="OllamaChunk"/>.</summary>
internal readonly record struct Shown(int Tokens, double? Margin, bool Odd, bool CutShort);

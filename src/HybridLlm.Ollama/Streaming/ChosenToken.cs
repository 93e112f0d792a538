using System.Text.Json;
using System.Text.Unicode;

namespace HybridLlm.Ollama;

/// <summary>
/// Reads the <c>logprobs</c> that almost every line has, without a copy of anything: one token that is likelier than what is shown beside it,
/// in Ollama's order of fields, nothing escaped. All else is left to <see cref="LogprobsParser"/>.
/// </summary>
internal static class ChosenToken
{
    /// <summary>What they show; null, and nothing read, if they are not that simple.</summary>
    public static Shown? TryParse(ref Utf8JsonReader reader)
    {
        var ahead = reader;
        if (
            ahead.TokenType != JsonTokenType.StartArray
            || !TryToken(ref ahead, out var margin)
            || !ahead.Read()
            || ahead.TokenType != JsonTokenType.EndArray
        )
        {
            return null;
        }

        reader = ahead;
        return new Shown(1, margin, Odd: false, CutShort: false);
    }

    private static bool TryToken(ref Utf8JsonReader reader, out double? margin)
    {
        margin = null;
        if (!TryHead(ref reader, out var text, out var chosen))
        {
            return false;
        }

        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (reader.ValueTextEquals("bytes"u8))
            {
                reader.Read();
                reader.Skip();
            }
            else if (!reader.ValueTextEquals("top_logprobs"u8) || !TryLikeliest(ref reader, text, chosen, out margin))
            {
                return false;
            }
            else
            {
                // Nothing may follow: a second one would count instead.
                return reader.Read() && reader.TokenType == JsonTokenType.EndObject;
            }
        }

        return reader.TokenType == JsonTokenType.EndObject;
    }

    private static bool TryLikeliest(
        ref Utf8JsonReader reader,
        scoped ReadOnlySpan<byte> chosenText,
        double chosen,
        out double? margin
    )
    {
        margin = null;
        var (count, first, second, among) = (0, 0.0, 0.0, false);
        if (!reader.Read() || reader.TokenType != JsonTokenType.StartArray)
        {
            return false;
        }

        while (TryHead(ref reader, out var text, out var probability))
        {
            among |= text.SequenceEqual(chosenText);
            (first, second) = count switch
            {
                0 => (probability, 0),
                1 => (first, probability),
                _ => (first, second),
            };
            count++;
            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                if (!reader.ValueTextEquals("bytes"u8))
                {
                    return false;
                }

                reader.Read();
                reader.Skip();
            }
        }

        margin =
            count < 2 ? null
            : chosen < first ? chosen - first
            : first - second;
        return reader.TokenType == JsonTokenType.EndArray && (among || count == 0);
    }

    /// <summary>The next object's first two fields, <c>token</c> and <c>logprob</c>.</summary>
    private static bool TryHead(ref Utf8JsonReader reader, out ReadOnlySpan<byte> text, out double probability)
    {
        text = default;
        probability = 0;
        if (
            !reader.Read()
            || reader.TokenType != JsonTokenType.StartObject
            || !reader.Read()
            || !reader.ValueTextEquals("token"u8)
            || !reader.Read()
            || reader.TokenType != JsonTokenType.String
            || reader.ValueIsEscaped
            || !Utf8.IsValid(reader.ValueSpan)
        )
        {
            return false;
        }

        text = reader.ValueSpan;
        return reader.Read()
            && reader.TokenType == JsonTokenType.PropertyName
            && reader.ValueTextEquals("logprob"u8)
            && reader.Read()
            && reader.TokenType == JsonTokenType.Number
            && reader.TryGetDouble(out probability);
    }
}

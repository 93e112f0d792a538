using System.Text.Json;

namespace HybridLlm.Ollama;

/// <summary>Reads one line of a stream. Fields it does not know are skipped, fields of another type than Ollama's are refused.</summary>
internal static class ChunkParser
{
    /// <summary>The line as a chunk, or the text of its <c>error</c>.</summary>
    /// <param name="line">The line.</param>
    /// <param name="before">The line before, whose model this one most likely names again; null if there is none.</param>
    /// <exception cref="JsonException">The line is not a JSON object of this shape.</exception>
    public static (OllamaChunk? Chunk, string? Error) Parse(ReadOnlyMemory<byte> line, OllamaChunk? before = null)
    {
        Utf8JsonReader reader = new(line.Span);
        if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
        {
            throw new JsonException("not a JSON object");
        }

        OllamaChunk chunk = new() { Json = line };
        Counters counters = default;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (reader.ValueTextEquals("error"u8))
            {
                return (null, NextString(ref reader));
            }

            ReadField(ref reader, chunk, ref counters, before?.Model ?? "");
        }

        chunk.Usage = chunk.Done ? counters.ToUsage() : null;
        return (chunk, null);
    }

    private static void ReadField(
        ref Utf8JsonReader reader,
        OllamaChunk chunk,
        ref Counters counters,
        string knownModel
    )
    {
        if (reader.ValueTextEquals("message"u8))
        {
            ReadMessage(ref reader, chunk);
        }
        else if (reader.ValueTextEquals("response"u8))
        {
            chunk.Text = NextString(ref reader);
        }
        else if (reader.ValueTextEquals("thinking"u8))
        {
            chunk.Thinking = NextString(ref reader);
        }
        else if (reader.ValueTextEquals("done"u8))
        {
            reader.Read();
            chunk.Done = reader.GetBooleanOrThrow();
        }
        else if (reader.ValueTextEquals("done_reason"u8))
        {
            chunk.DoneReason = NextString(ref reader);
        }
        else if (reader.ValueTextEquals("model"u8))
        {
            reader.Read();
            chunk.Model =
                reader.TokenType == JsonTokenType.String && reader.ValueTextEquals(knownModel)
                    ? knownModel
                    : ThisString(ref reader);
        }
        else if (reader.ValueTextEquals("created_at"u8))
        {
            reader.Read();
            chunk.CreatedAt = reader.TryGetDateTimeOffset(out var time) ? time : null;
        }
        else if (reader.ValueTextEquals("logprobs"u8))
        {
            var shown = LogprobsParser.Parse(ref reader);
            (chunk.TokenCount, chunk.Margin) = (shown.Tokens, shown.Margin);
            (chunk.OddToken, chunk.CutShort) = (shown.Odd, shown.CutShort);
        }
        else if (!counters.TryRead(ref reader))
        {
            reader.Read();
            reader.Skip();
        }
    }

    private static void ReadMessage(ref Utf8JsonReader reader, OllamaChunk chunk)
    {
        reader.Read();
        if (reader.TokenType != JsonTokenType.StartObject)
        {
            throw new JsonException("message is not an object");
        }

        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (reader.ValueTextEquals("content"u8))
            {
                chunk.Text = NextString(ref reader);
            }
            else if (reader.ValueTextEquals("thinking"u8))
            {
                chunk.Thinking = NextString(ref reader);
            }
            else if (reader.ValueTextEquals("tool_calls"u8))
            {
                reader.Read();
                chunk.ToolCalls = JsonSerializer.Deserialize(ref reader, OllamaJson.Default.ToolCallArray) ?? [];
            }
            else
            {
                reader.Read();
                reader.Skip();
            }
        }
    }

    private static string NextString(ref Utf8JsonReader reader)
    {
        reader.Read();
        return ThisString(ref reader);
    }

    private static string ThisString(ref Utf8JsonReader reader) =>
        reader.TokenType switch
        {
            JsonTokenType.String => reader.GetString()!,
            JsonTokenType.Null => "",
            _ => throw new JsonException($"a {reader.TokenType} where text belongs"),
        };

    private static bool GetBooleanOrThrow(this ref Utf8JsonReader reader) =>
        reader.TokenType is JsonTokenType.True or JsonTokenType.False
            ? reader.GetBoolean()
            : throw new JsonException("done is neither true nor false");

    /// <summary>The counters of the last line; Ollama gives durations in nanoseconds.</summary>
    private struct Counters
    {
        private long _promptTokens;
        private long _answerTokens;
        private long _total;
        private long _load;
        private long _prompt;
        private long _answer;

        public bool TryRead(ref Utf8JsonReader reader)
        {
            if (reader.ValueTextEquals("prompt_eval_count"u8))
            {
                _promptTokens = NextNumber(ref reader);
            }
            else if (reader.ValueTextEquals("eval_count"u8))
            {
                _answerTokens = NextNumber(ref reader);
            }
            else if (reader.ValueTextEquals("total_duration"u8))
            {
                _total = NextNumber(ref reader);
            }
            else if (reader.ValueTextEquals("load_duration"u8))
            {
                _load = NextNumber(ref reader);
            }
            else if (reader.ValueTextEquals("prompt_eval_duration"u8))
            {
                _prompt = NextNumber(ref reader);
            }
            else if (reader.ValueTextEquals("eval_duration"u8))
            {
                _answer = NextNumber(ref reader);
            }
            else
            {
                return false;
            }

            return true;
        }

        public readonly OllamaUsage ToUsage() =>
            new()
            {
                PromptTokens = (int)_promptTokens,
                AnswerTokens = (int)_answerTokens,
                Total = Duration(_total),
                Load = Duration(_load),
                Prompt = Duration(_prompt),
                Answer = Duration(_answer),
            };

        private static TimeSpan Duration(long nanoseconds) =>
            TimeSpan.FromTicks(nanoseconds / TimeSpan.NanosecondsPerTick);

        private static long NextNumber(ref Utf8JsonReader reader)
        {
            reader.Read();
            return reader.TokenType == JsonTokenType.Number && reader.TryGetInt64(out var value)
                ? value
                : throw new JsonException("a counter is not a whole number");
        }
    }
}

using System.Text.Json;

namespace HybridLlm.Ollama;

/// <summary>Reads one line of a stream. Fields it does not know are skipped, fields of another type than Ollama's are refused.</summary>
internal static class ChunkParser
{
    /// <summary>The line as a chunk, or the text of its <c>error</c>.</summary>
    /// <param name="line">The line.</param>
    /// <param name="before">The line before, whose model this one most likely names again; null if there is none.</param>
    /// <param name="hideLogprobs">Keeps the line without its <c>logprobs</c>; what they show is read all the same.</param>
    /// <exception cref="JsonException">The line is not a JSON object of this shape.</exception>
    public static (OllamaChunk? Chunk, string? Error) Parse(
        ReadOnlySpan<byte> line,
        OllamaChunk? before = null,
        bool hideLogprobs = false
    )
    {
        Utf8JsonReader reader = new(line);
        if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
        {
            throw new JsonException("not a JSON object");
        }

        OllamaChunk chunk = new();
        Counters counters = default;
        Range? hidden = null;
        var twice = false;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (reader.ValueTextEquals("error"u8))
            {
                return (null, NextString(ref reader));
            }

            if (reader.ValueTextEquals("logprobs"u8))
            {
                var from = (int)reader.TokenStartIndex;
                ReadLogprobs(ref reader, chunk);
                twice = hidden is not null;
                hidden = hideLogprobs ? WithComma(line, from, (int)reader.BytesConsumed) : null;
            }
            else
            {
                ReadField(ref reader, chunk, ref counters, before?.Model ?? "");
            }
        }

        chunk.Usage = chunk.Done ? counters.ToUsage() : null;
        chunk.Json = hidden is { } part ? Without(line, part) : line.ToArray();
        chunk.LineOf = twice ? null : chunk.LineOf;
        return (chunk, null);
    }

    /// <summary>A field and one comma beside it, so that what is left is an object again.</summary>
    private static Range WithComma(ReadOnlySpan<byte> line, int from, int to)
    {
        var before = line[..from].TrimEnd(" \t\r"u8);
        if (before.EndsWith(","u8))
        {
            return (before.Length - 1)..to;
        }

        var after = line[to..].TrimStart(" \t\r"u8);
        return from..(line.Length - after.Length + (after.StartsWith(","u8) ? 1 : 0));
    }

    private static byte[] Without(ReadOnlySpan<byte> line, Range part)
    {
        var head = line[..part.Start];
        var tail = line[part.End..];
        var rest = GC.AllocateUninitializedArray<byte>(head.Length + tail.Length);
        head.CopyTo(rest);
        tail.CopyTo(rest.AsSpan(head.Length));
        return rest;
    }

    private static void ReadLogprobs(ref Utf8JsonReader reader, OllamaChunk chunk)
    {
        var shown = LogprobsParser.Parse(ref reader);
        (chunk.TokenCount, chunk.Margin) = (shown.Tokens, shown.Margin);
        (chunk.OddToken, chunk.CutShort) = (shown.Odd, shown.CutShort);
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
            chunk.LineOf = OllamaApi.Chat;
        }
        else if (reader.ValueTextEquals("response"u8))
        {
            chunk.Text = NextString(ref reader);
            chunk.LineOf = OllamaApi.Generate;
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

using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using OllamaSharp.Models.Chat;

namespace HybridLlm.Ollama.Continuity;

/// <summary>
/// Writes chunks in the shape the caller asked for: without token probabilities it did not ask for, and as chat lines where the
/// text came from a raw prompt. One for each answer: its buffer is used again for each line.
/// </summary>
internal sealed class ChunkWriter
{
    private static readonly JsonWriterOptions s_relaxed = new()
    {
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    private readonly ArrayBufferWriter<byte> _line = new(256);
    private Utf8JsonWriter? _writer;

    /// <summary>The chunk with other contents; its line is written later.</summary>
    public static OllamaChunk With(
        OllamaChunk chunk,
        string text,
        string thinking,
        IReadOnlyList<Message.ToolCall>? toolCalls = null
    ) =>
        new()
        {
            Text = text,
            Thinking = thinking,
            ToolCalls = toolCalls ?? chunk.ToolCalls,
            TokenCount = chunk.TokenCount,
            Margin = chunk.Margin,
            OddToken = chunk.OddToken,
            CutShort = chunk.CutShort,
            Model = chunk.Model,
            CreatedAt = chunk.CreatedAt,
            Done = chunk.Done,
            DoneReason = chunk.DoneReason,
            Usage = chunk.Usage,
            Json = chunk.Json,
        };

    /// <summary>The chunk as a line of <paramref name="asked"/>'s endpoint: itself, if that is what it is.</summary>
    public OllamaChunk Write(OllamaChunk chunk, AskedFor asked, OllamaUsage? usage, ContinuityReport? report)
    {
        if (report is null && usage == chunk.Usage && IsAsAsked(chunk, asked))
        {
            return chunk;
        }

        _line.ResetWrittenCount();
        var writer = _writer ??= new Utf8JsonWriter(_line, s_relaxed);
        writer.Reset(_line);
        writer.WriteStartObject();
        writer.WriteString("model"u8, asked.Model);
        if (chunk.CreatedAt is { } time)
        {
            writer.WriteString("created_at"u8, time.UtcDateTime);
        }

        WriteContent(writer, chunk, asked.Api);
        writer.WriteBoolean("done"u8, chunk.Done);
        WriteLogprobs(writer, chunk, asked);
        WriteEnd(writer, chunk.DoneReason, usage);
        writer.WriteEndObject();
        writer.Flush();

        return new OllamaChunk
        {
            Text = chunk.Text,
            Thinking = chunk.Thinking,
            ToolCalls = chunk.ToolCalls,
            TokenCount = chunk.TokenCount,
            Model = asked.Model,
            CreatedAt = chunk.CreatedAt,
            Done = chunk.Done,
            DoneReason = chunk.DoneReason,
            Usage = usage,
            Continuity = report,
            Json = _line.WrittenSpan.ToArray(),
        };
    }

    /// <summary>True if its server wrote what the caller asked for; probabilities the caller did not ask for are hidden by its reader.</summary>
    private static bool IsAsAsked(OllamaChunk chunk, AskedFor asked) =>
        chunk.LineOf == asked.Api
        && chunk.Model == asked.Model
        && (!asked.Logprobs || asked.TopLogprobs >= RoundingWatch.Alternatives);

    private static void WriteContent(Utf8JsonWriter writer, OllamaChunk chunk, OllamaApi api)
    {
        if (api == OllamaApi.Chat)
        {
            writer.WriteStartObject("message");
            writer.WriteString("role", "assistant");
        }

        writer.WriteString(api == OllamaApi.Chat ? "content" : "response", chunk.Text);
        if (chunk.Thinking.Length > 0)
        {
            writer.WriteString("thinking", chunk.Thinking);
        }

        if (chunk.ToolCalls.Count > 0)
        {
            writer.WritePropertyName("tool_calls");
            JsonSerializer.Serialize(writer, [.. chunk.ToolCalls], OllamaJson.Default.ToolCallArray);
        }

        if (api == OllamaApi.Chat)
        {
            writer.WriteEndObject();
        }
    }

    private static void WriteLogprobs(Utf8JsonWriter writer, OllamaChunk chunk, AskedFor asked)
    {
        if (
            !asked.Logprobs
            || chunk.Json.IsEmpty
            || JsonNode.Parse(chunk.Json.Span)?["logprobs"] is not JsonArray logprobs
        )
        {
            return;
        }

        foreach (var token in logprobs.OfType<JsonObject>())
        {
            KeepLikeliest(token, asked.TopLogprobs);
        }

        writer.WritePropertyName("logprobs");
        logprobs.WriteTo(writer);
    }

    /// <summary>Leaves as many alternatives as the caller asked for: after a seam the server was asked for more.</summary>
    private static void KeepLikeliest(JsonObject token, int count)
    {
        if (count == 0)
        {
            token.Remove("top_logprobs");
        }
        else if (token["top_logprobs"] is JsonArray likeliest && likeliest.Count > count)
        {
            likeliest.RemoveRange(count, likeliest.Count - count);
        }
    }

    private static void WriteEnd(Utf8JsonWriter writer, string? reason, OllamaUsage? usage)
    {
        if (reason is not null)
        {
            writer.WriteString("done_reason", reason);
        }

        if (usage is not null)
        {
            writer.WriteNumber("total_duration", Nanoseconds(usage.Total));
            writer.WriteNumber("load_duration", Nanoseconds(usage.Load));
            writer.WriteNumber("prompt_eval_count", usage.PromptTokens);
            writer.WriteNumber("prompt_eval_duration", Nanoseconds(usage.Prompt));
            writer.WriteNumber("eval_count", usage.AnswerTokens);
            writer.WriteNumber("eval_duration", Nanoseconds(usage.Answer));
        }
    }

    private static long Nanoseconds(TimeSpan time) => time.Ticks * TimeSpan.NanosecondsPerTick;
}

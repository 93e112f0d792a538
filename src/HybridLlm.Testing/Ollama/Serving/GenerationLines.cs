using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;

namespace HybridLlm.Testing.Ollama;

/// <summary>The objects of a chat or generate answer, with Ollama's fields in Ollama's order.</summary>
internal sealed class GenerationLines(GenerationRequest request, TimeProvider clock)
{
    public JsonObject Piece(Parsed piece)
    {
        var line = Head(piece.Text, piece.Thinking);
        if (piece.ToolCall is { } call)
        {
            line["message"]!["tool_calls"] = new JsonArray(call.DeepClone());
        }

        line["done"] = false;
        if (request.Logprobs)
        {
            line["logprobs"] = new JsonArray([.. piece.Tokens.Select(t => Logprob(t, request.TopLogprobs))]);
        }

        return line;
    }

    /// <summary>The last line of a stream, or with text a whole answer.</summary>
    public JsonObject Done(
        string reason,
        GenerationCounts counts,
        string text = "",
        string thinking = "",
        JsonArray? context = null,
        JsonArray? toolCalls = null
    )
    {
        var line = Head(text, thinking);
        if (toolCalls is { Count: > 0 })
        {
            line["message"]!["tool_calls"] = toolCalls;
        }

        line["done"] = true;
        line["done_reason"] = reason;
        if (context is not null)
        {
            line["context"] = context;
        }

        line["total_duration"] = counts.Total;
        line["load_duration"] = counts.Load;
        line["prompt_eval_count"] = counts.PromptTokens;
        line["prompt_eval_duration"] = counts.Prompt;
        line["eval_count"] = counts.Tokens;
        line["eval_duration"] = counts.Eval;
        return line;
    }

    /// <summary>An answer without text: the model was loaded or unloaded.</summary>
    public JsonObject Resident(string reason)
    {
        var line = Head("", "");
        line["done"] = true;
        line["done_reason"] = reason;
        return line;
    }

    /// <summary>A whole answer that the repeat guard ended.</summary>
    public JsonObject Unfinished(string text, string thinking)
    {
        var line = Head(text, thinking);
        line["done"] = false;
        return line;
    }

    public JsonObject Rendered(string prompt)
    {
        var line = Head("", "");
        if (request.Chat)
        {
            line["message"]!["role"] = "";
        }

        line["done"] = false;
        line["_debug_info"] = new JsonObject { ["rendered_template"] = prompt };
        return line;
    }

    private JsonObject Head(string text, string thinking)
    {
        var now = clock.GetUtcNow();
        JsonObject line = new() { ["model"] = request.Model, ["created_at"] = GoTime(now) };
        var target = line;
        if (request.Chat)
        {
            target = new JsonObject { ["role"] = "assistant" };
            line["message"] = target;
        }

        target[request.Chat ? "content" : "response"] = text;
        if (thinking.Length > 0)
        {
            target["thinking"] = thinking;
        }

        return line;
    }

    /// <summary>RFC 3339 as Go writes it.</summary>
    public static string GoTime(DateTimeOffset time) =>
        time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.FFFFFFF'Z'", CultureInfo.InvariantCulture);

    private static JsonObject Logprob(SentToken token, int top)
    {
        var node = Logprob(Encoding.UTF8.GetBytes(token.Text), token.Last.LogProbability);
        if (top > 0)
        {
            var likeliest = token.Last.Alternatives.Prepend(token.Last).OrderByDescending(t => t.LogProbability);
            node["top_logprobs"] = new JsonArray([
                .. likeliest.Take(top).Select(t => Logprob(t.Utf8.Span, t.LogProbability)),
            ]);
        }

        return node;
    }

    private static JsonObject Logprob(ReadOnlySpan<byte> utf8, double logProbability) =>
        new()
        {
            ["token"] = Encoding.UTF8.GetString(utf8),
            ["logprob"] = logProbability,
            ["bytes"] = new JsonArray([.. utf8.ToArray().Select(b => JsonValue.Create((int)b))]),
        };
}

/// <summary>Counters of an answer; durations in nanoseconds.</summary>
internal sealed record GenerationCounts(int PromptTokens, int Tokens, long Total, long Load, long Prompt, long Eval);

using System.Text;
using System.Text.Json.Nodes;
using HybridLlm.Ollama;

namespace HybridLlm.Gateway.Endpoints;

/// <summary>An answer put together from its lines, for clients that want it whole.</summary>
internal sealed class GatheredAnswer
{
    private readonly StringBuilder _text = new();
    private readonly StringBuilder _thinking = new();

    public string Text => _text.ToString();

    public string Thinking => _thinking.ToString();

    /// <summary>Tool calls as Ollama writes them.</summary>
    public JsonArray ToolCalls { get; } = [];

    /// <summary>Token probabilities as Ollama writes them; empty if they were not asked for.</summary>
    public JsonArray Logprobs { get; } = [];

    public OllamaChunk Last { get; private set; } = null!;

    public void Add(OllamaChunk chunk)
    {
        _text.Append(chunk.Text);
        _thinking.Append(chunk.Thinking);
        Last = chunk;
        Append(ToolCalls, ToolCallsOf(chunk));
        Append(Logprobs, LogprobsOf(chunk));
    }

    public static JsonArray? ToolCallsOf(OllamaChunk chunk) =>
        chunk.ToolCalls.Count == 0 ? null : JsonNode.Parse(chunk.Json.Span)?["message"]?["tool_calls"] as JsonArray;

    public static JsonArray? LogprobsOf(OllamaChunk chunk) =>
        chunk.Json.Span.IndexOf("\"logprobs\""u8) < 0
            ? null
            : JsonNode.Parse(chunk.Json.Span)?["logprobs"] as JsonArray;

    private static void Append(JsonArray to, JsonArray? from)
    {
        foreach (var node in from ?? [])
        {
            to.Add(node?.DeepClone());
        }
    }
}

using System.Text.Json.Nodes;

namespace HybridLlm.Testing.Ollama;

/// <summary>
/// What chat does to the model's text before it is sent: a thought goes to its own field, a tool call is kept back until it is whole.
/// </summary>
internal sealed class AnswerParser(bool thinking, bool tools)
{
    private const string CloseThought = "</think>";
    private const string OpenCall = "<tool_call>";
    private const string CloseCall = "</tool_call>";

    private readonly List<SentToken> _tokens = [];
    private bool _thinking = thinking;
    private bool _justClosed;
    private string _call = "";

    /// <summary>What can be sent of the answer after one more piece; null if nothing.</summary>
    public Parsed? Add(Piece piece)
    {
        _tokens.AddRange(piece.Tokens);
        var parsed = Parse(piece.Text);
        if (parsed is null)
        {
            return null;
        }

        parsed = parsed with { Tokens = [.. _tokens] };
        _tokens.Clear();
        return parsed;
    }

    private Parsed? Parse(string text)
    {
        // The engine gives every tag as a token of its own, so a piece never holds more than one.
        if (_thinking)
        {
            _thinking = text != CloseThought;
            _justClosed = !_thinking;
            return _thinking ? new Parsed("", text, null, []) : null;
        }

        if (_justClosed && text.Trim().Length == 0)
        {
            return null;
        }

        _justClosed = false;
        if (!tools || (_call.Length == 0 && text != OpenCall))
        {
            return new Parsed(text, "", null, []);
        }

        _call += text;
        return text == CloseCall ? new Parsed("", "", Call(_call[OpenCall.Length..^CloseCall.Length]), []) : null;
    }

    private static JsonObject Call(string json)
    {
        var call = JsonNode.Parse(json)!;
        return new JsonObject
        {
            ["id"] = $"call_{PseudoWords.Hash(json) % 100_000_000}",
            ["function"] = new JsonObject
            {
                ["index"] = 0,
                ["name"] = call["name"]!.DeepClone(),
                ["arguments"] = call["arguments"]!.DeepClone(),
            },
        };
    }
}

/// <summary>Part of an answer, taken apart.</summary>
internal sealed record Parsed(string Text, string Thinking, JsonNode? ToolCall, IReadOnlyList<SentToken> Tokens);

using System.Text;
using System.Text.Json.Nodes;
using HybridLlm.Ollama;

namespace HybridLlm.Gateway.Endpoints;

/// <summary>Puts the lines of an answer together as Ollama does for <c>"stream": false</c>: the last line, with all the text in it.</summary>
internal sealed class AnswerGatherer
{
    private readonly StringBuilder _text = new();
    private readonly StringBuilder _thinking = new();
    private readonly JsonArray _tools = [];
    private ReadOnlyMemory<byte> _last;

    public void Add(OllamaChunk chunk)
    {
        _text.Append(chunk.Text);
        _thinking.Append(chunk.Thinking);
        _last = chunk.Json.ToArray();
        if (chunk.ToolCalls.Count > 0 && JsonNode.Parse(chunk.Json.Span)?["message"]?["tool_calls"] is JsonArray calls)
        {
            foreach (var call in calls)
            {
                _tools.Add(call?.DeepClone());
            }
        }
    }

    public string ToJson()
    {
        var answer = (JsonObject)JsonNode.Parse(_last.Span)!;
        var part = answer["message"] as JsonObject ?? answer;
        part[part == answer ? "response" : "content"] = _text.ToString();
        if (_thinking.Length > 0)
        {
            part["thinking"] = _thinking.ToString();
        }

        if (_tools.Count > 0)
        {
            part["tool_calls"] = _tools;
        }

        return answer.ToJsonString();
    }
}

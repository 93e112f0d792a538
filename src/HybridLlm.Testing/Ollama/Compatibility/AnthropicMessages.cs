using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;

namespace HybridLlm.Testing.Ollama;

/// <summary><c>POST /v1/messages</c>. A crash ends a stream as cleanly as its end does, but for the events that say so.</summary>
internal sealed class AnthropicMessages(TimeProvider clock) : CompatWriter(clock)
{
    private const int CharactersPerToken = 4;

    private readonly string _id = $"msg_{Hex24()}";
    private string _model = "";
    private int _characters;
    private int _block = -1;
    private string? _open;

    public override bool NoCache => true;

    public override JsonObject Whole(JsonObject native)
    {
        JsonArray content = [];
        if (Said(native, "thinking") is { Length: > 0 } thinking)
        {
            content.Add((JsonNode)new JsonObject { ["type"] = "thinking", ["thinking"] = thinking });
        }

        if (Said(native, "content") is { Length: > 0 } text)
        {
            content.Add((JsonNode)new JsonObject { ["type"] = "text", ["text"] = text });
        }

        foreach (var call in Calls(native))
        {
            content.Add((JsonNode)ToolUse(call, call["function"]!["arguments"]!.DeepClone()));
        }

        return new JsonObject
        {
            ["id"] = _id,
            ["type"] = "message",
            ["role"] = "assistant",
            ["model"] = _model,
            ["content"] = content,
            ["stop_reason"] = Reason(native),
            ["usage"] = Usage(Count(native, "prompt_eval_count"), Count(native, "eval_count")),
        };
    }

    public override JsonObject Error(int status, string message) =>
        new()
        {
            ["type"] = "error",
            ["error"] = new JsonObject
            {
                ["type"] = status == StatusCodes.Status503ServiceUnavailable ? "overloaded_error" : ErrorType(status),
                ["message"] = message,
            },
            ["request_id"] = $"req_{Hex24()}",
        };

    protected override JsonObject Translate(string body)
    {
        var request = GoBody.Parse(body, "MessagesRequest", "anthropic", "EOF");
        _model = request.Text("model");
        if (request.Number("max_tokens") is not > 0)
        {
            throw new ReplyException(400, "max_tokens is required and must be positive");
        }

        JsonArray messages = [];
        Add(messages, "system", Content(request.Get("system")));
        foreach (var message in request.List("messages", "anthropic.MessageParam"))
        {
            var content = Content(message.TryGetProperty("content", out var given) ? given : null);
            Add(messages, message.TryGetProperty("role", out var role) ? role.GetString()! : "", content);
        }

        _characters = messages.Sum(m => ((string)m!["content"]!).Length);
        JsonObject native = new()
        {
            ["model"] = _model,
            ["messages"] = messages,
            ["stream"] = request.Flag("stream") ?? false,
            ["options"] = Options(request, "max_tokens", "stop_sequences", otherwise: null),
        };
        if (request.Get("thinking") is { } thinking && thinking.GetProperty("type").GetString() == "enabled")
        {
            native["think"] = true;
        }

        if (request.List("tools", "anthropic.Tool") is { Count: > 0 } tools)
        {
            native["tools"] = new JsonArray([.. tools.Select(Tool)]);
        }

        return native;
    }

    protected override string Piece(JsonObject line)
    {
        var events =
            Said(line, "thinking") is { Length: > 0 } thought
                ? Open("thinking", new JsonObject { ["type"] = "thinking", ["thinking"] = "" })
                    + Delta(new JsonObject { ["type"] = "thinking_delta", ["thinking"] = thought })
            : Said(line, "content") is { Length: > 0 } text
                ? Open("text", new JsonObject { ["type"] = "text", ["text"] = "" })
                    + Delta(new JsonObject { ["type"] = "text_delta", ["text"] = text })
            : "";
        foreach (var call in Calls(line))
        {
            events +=
                Open($"{call["id"]}", ToolUse(call, new JsonObject()))
                + Delta(
                    new JsonObject
                    {
                        ["type"] = "input_json_delta",
                        ["partial_json"] = Text(call["function"]!["arguments"]!),
                    }
                );
        }

        return events;
    }

    protected override string Last(JsonObject line) =>
        Start()
        + Close()
        + Event(
            "message_delta",
            new JsonObject
            {
                ["type"] = "message_delta",
                ["delta"] = new JsonObject { ["stop_reason"] = Reason(line) },
                ["usage"] = Usage(Count(line, "prompt_eval_count"), Count(line, "eval_count")),
            }
        )
        + Event("message_stop", new JsonObject { ["type"] = "message_stop" });

    private string Start()
    {
        if (_block >= 0)
        {
            return "";
        }

        _block = 0;
        JsonObject message = new()
        {
            ["id"] = _id,
            ["type"] = "message",
            ["role"] = "assistant",
            ["model"] = _model,
            ["content"] = new JsonArray(),
            ["usage"] = Usage((_characters + CharactersPerToken - 1) / CharactersPerToken, 0),
        };
        return Event("message_start", new JsonObject { ["type"] = "message_start", ["message"] = message });
    }

    private string Open(string kind, JsonObject block)
    {
        if (_open == kind)
        {
            return "";
        }

        var before = Start() + Close();
        _open = kind;
        return before
            + Event(
                "content_block_start",
                new JsonObject
                {
                    ["type"] = "content_block_start",
                    ["index"] = _block,
                    ["content_block"] = block,
                }
            );
    }

    private string Close()
    {
        if (_open is null)
        {
            return "";
        }

        _open = null;
        return Event("content_block_stop", new JsonObject { ["type"] = "content_block_stop", ["index"] = _block++ });
    }

    private string Delta(JsonObject delta) =>
        Event(
            "content_block_delta",
            new JsonObject
            {
                ["type"] = "content_block_delta",
                ["index"] = _block,
                ["delta"] = delta,
            }
        );

    private static void Add(JsonArray messages, string role, string content)
    {
        if (role != "system" || content.Length > 0)
        {
            messages.Add((JsonNode)new JsonObject { ["role"] = role, ["content"] = content });
        }
    }

    private static JsonNode Tool(JsonElement tool) =>
        new JsonObject
        {
            ["type"] = "function",
            ["function"] = new JsonObject
            {
                ["name"] = tool.GetProperty("name").GetString(),
                ["parameters"] = Node(tool.TryGetProperty("input_schema", out var schema) ? schema : null),
            },
        };

    private static JsonObject ToolUse(JsonObject call, JsonNode input) =>
        new JsonObject
        {
            ["type"] = "tool_use",
            ["id"] = call["id"]!.DeepClone(),
            ["name"] = call["function"]!["name"]!.DeepClone(),
            ["input"] = input,
        };

    private static string? Reason(JsonObject line) =>
        (string?)line["done_reason"] switch
        {
            null => null,
            "length" => "max_tokens",
            _ => Calls(line).Any() ? "tool_use" : "end_turn",
        };

    private static JsonObject Usage(int input, int output) =>
        new() { ["input_tokens"] = input, ["output_tokens"] = output };
}

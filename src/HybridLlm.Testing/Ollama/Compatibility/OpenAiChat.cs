using System.Text.Json;
using System.Text.Json.Nodes;

namespace HybridLlm.Testing.Ollama;

/// <summary><c>POST /v1/chat/completions</c>. A crash ends a stream with a chunk of no model, and without <c>[DONE]</c>.</summary>
internal sealed class OpenAiChat(TimeProvider clock) : CompatWriter(clock)
{
    private readonly string _id = $"chatcmpl-{Draw(999)}";
    private bool _begun;
    private bool _usage;

    public override JsonObject Whole(JsonObject native)
    {
        JsonObject message = new() { ["role"] = "assistant", ["content"] = Said(native, "content") };
        AddRest(message, native);
        var answer = Head("chat.completion", (string)native["model"]!);
        answer["choices"] = new JsonArray(
            new JsonObject
            {
                ["index"] = 0,
                ["message"] = message,
                ["finish_reason"] = Reason(native),
            }
        );
        answer["usage"] = Usage(native);
        return answer;
    }

    protected override JsonObject Translate(string body)
    {
        var request = GoBody.Parse(body, "ChatCompletionRequest", "openai", "EOF");
        var messages = request.List("messages", "openai.Message");
        if (messages.Count == 0)
        {
            throw new ReplyException(400, "[] is too short - 'messages'");
        }

        _usage =
            request.Get("stream_options") is { } more
            && more.TryGetProperty("include_usage", out var u)
            && u.GetBoolean();
        JsonObject native = new()
        {
            ["model"] = request.Text("model"),
            ["messages"] = new JsonArray([.. messages.Select(Message)]),
            ["stream"] = request.Flag("stream") ?? false,
            ["options"] = Options(request, "max_tokens", "stop", otherwise: 1),
        };
        if (request.Get("tools") is { } tools)
        {
            native["tools"] = Node(tools);
        }

        if (Format(request.Get("response_format")) is { } format)
        {
            native["format"] = format;
        }

        if (request.Text("reasoning_effort") is { Length: > 0 } effort)
        {
            native["think"] = effort == "none" ? false : effort;
        }

        return native;
    }

    protected override string Piece(JsonObject line)
    {
        JsonObject delta = [];
        if (!_begun)
        {
            (_begun, delta["role"]) = (true, "assistant");
        }

        delta["content"] = Said(line, "content");
        AddRest(delta, line);
        return Chunk((string)line["model"]!, delta, null);
    }

    protected override string Last(JsonObject line)
    {
        var model = (string)line["model"]!;
        var usage = "";
        if (_usage)
        {
            var counted = Head("chat.completion.chunk", model);
            (counted["choices"], counted["usage"]) = (new JsonArray(), Usage(line));
            usage = Data(counted);
        }

        return Chunk(model, [], Reason(line)) + usage + "data: [DONE]\n\n";
    }

    // Ollama reads the error line as one of an answer, of which then all is empty.
    protected override string Broken() => Chunk("", new JsonObject { ["content"] = "" }, null);

    public static JsonObject Usage(JsonObject line)
    {
        var (prompt, answer) = (Count(line, "prompt_eval_count"), Count(line, "eval_count"));
        return new JsonObject
        {
            ["prompt_tokens"] = prompt,
            ["completion_tokens"] = answer,
            ["total_tokens"] = prompt + answer,
        };
    }

    private string Chunk(string model, JsonObject delta, string? reason)
    {
        var chunk = Head("chat.completion.chunk", model);
        chunk["choices"] = new JsonArray(
            new JsonObject
            {
                ["index"] = 0,
                ["delta"] = delta,
                ["finish_reason"] = reason,
            }
        );
        return Data(chunk);
    }

    private JsonObject Head(string kind, string model) =>
        new()
        {
            ["id"] = _id,
            ["object"] = kind,
            ["created"] = Created,
            ["model"] = model,
            ["system_fingerprint"] = "fp_ollama",
        };

    private static void AddRest(JsonObject message, JsonObject line)
    {
        if (Said(line, "thinking") is { Length: > 0 } thinking)
        {
            message["reasoning"] = thinking;
        }

        if (Calls(line).ToList() is { Count: > 0 } calls)
        {
            message["tool_calls"] = new JsonArray([.. calls.Select(Call)]);
        }
    }

    private static JsonNode Call(JsonObject call) =>
        new JsonObject
        {
            ["id"] = call["id"]!.DeepClone(),
            ["index"] = 0,
            ["type"] = "function",
            ["function"] = new JsonObject
            {
                ["name"] = call["function"]!["name"]!.DeepClone(),
                ["arguments"] = Text(call["function"]!["arguments"]!),
            },
        };

    private static string? Reason(JsonObject line) =>
        (string?)line["done_reason"] is not { } reason ? null
        : reason == "stop" && Calls(line).Any() ? "tool_calls"
        : reason;

    private static JsonNode Message(JsonElement message)
    {
        JsonObject native = new()
        {
            ["role"] = message.TryGetProperty("role", out var role) ? role.GetString() : "",
            ["content"] = Content(message.TryGetProperty("content", out var content) ? content : null),
        };
        if (message.TryGetProperty("tool_calls", out var calls) && calls.ValueKind == JsonValueKind.Array)
        {
            native["tool_calls"] = new JsonArray([
                .. calls
                    .EnumerateArray()
                    .Select(c => c.GetProperty("function"))
                    .Select(f =>
                        (JsonNode)
                            new JsonObject
                            {
                                ["function"] = new JsonObject
                                {
                                    ["name"] = f.GetProperty("name").GetString(),
                                    ["arguments"] = JsonNode.Parse(f.GetProperty("arguments").GetString()!),
                                },
                            }
                    ),
            ]);
        }

        return native;
    }

    private static JsonNode? Format(JsonElement? format) =>
        format is not { } value || !value.TryGetProperty("type", out var type) ? null
        : type.GetString() == "json_object" ? JsonValue.Create("json")
        : value.TryGetProperty("json_schema", out var wrapper) && wrapper.TryGetProperty("schema", out var schema)
            ? Node(schema)
        : null;
}

using System.Text.Json;
using System.Text.Json.Nodes;
using HybridLlm.Ollama;

namespace HybridLlm.Gateway.Endpoints.OpenAi;

/// <summary><c>POST /v1/responses</c>, without the state OpenAI keeps: each request brings its whole conversation.</summary>
internal sealed class Responses(TimeProvider clock) : IProtocol
{
    public Ask Read(JsonObject body)
    {
        var model = body.Text("model").Needed("model");
        if (body["previous_response_id"] is not null || body["conversation"] is not null)
        {
            throw new GatewayRefusal(
                RefusalKind.Invalid,
                "previous_response_id and conversation are not supported: nothing is stored. Send the whole input."
            );
        }

        JsonObject native = new()
        {
            ["model"] = model,
            ["messages"] = Messages(body),
            ["options"] = SamplingFields.Options(body, "max_output_tokens"),
        };
        if (body.List("tools") is { Count: > 0 } tools && body["tool_choice"]?.ToString() is not "none")
        {
            native["tools"] = new JsonArray([.. tools.Objects("tools").Select(t => (JsonNode)Tool(t))]);
        }

        if (SamplingFields.Format(body.Object("text")?.Object("format")) is { } format)
        {
            native["format"] = format;
        }

        if (SamplingFields.Think(body.Object("reasoning")?.Text("effort")) is { } think)
        {
            native["think"] = think;
        }

        return new Ask
        {
            Api = OllamaApi.Chat,
            Model = model,
            Body = native,
            Stream = body.Flag("stream") ?? false,
        };
    }

    public IAnswerShape Shape(Ask ask) => new ResponsesAnswer(ask, clock.GetUtcNow().ToUnixTimeSeconds());

    private static JsonArray Messages(JsonObject body)
    {
        JsonArray messages = [];
        if (body.Text("instructions") is { Length: > 0 } instructions)
        {
            messages.Add((JsonNode)new JsonObject { ["role"] = "system", ["content"] = instructions });
        }

        switch (body["input"])
        {
            case JsonValue value when value.GetValueKind() == JsonValueKind.String:
                messages.Add((JsonNode)new JsonObject { ["role"] = "user", ["content"] = value.DeepClone() });
                break;
            case JsonArray items:
                foreach (var item in items.Objects("input"))
                {
                    Add(item, messages);
                }

                break;
            default:
                throw Json.Wrong("input", "a string or an array of items");
        }

        return ChatMessages.Native(messages);
    }

    /// <summary>Items as chat messages.</summary>
    private static void Add(JsonObject item, JsonArray messages)
    {
        switch (item.Text("type"))
        {
            case null or "message":
                messages.Add(
                    (JsonNode)
                        new JsonObject
                        {
                            ["role"] = item.Text("role").Needed("role"),
                            ["content"] = item["content"]?.DeepClone(),
                        }
                );
                break;
            case "function_call":
                var call = new JsonObject
                {
                    ["id"] = item.Text("call_id").Needed("call_id"),
                    ["function"] = new JsonObject
                    {
                        ["name"] = item.Text("name").Needed("name"),
                        ["arguments"] = item.Text("arguments") ?? "{}",
                    },
                };
                messages.Add(
                    (JsonNode)
                        new JsonObject
                        {
                            ["role"] = "assistant",
                            ["content"] = "",
                            ["tool_calls"] = new JsonArray(call),
                        }
                );
                break;
            case "function_call_output":
                messages.Add(
                    (JsonNode)
                        new JsonObject
                        {
                            ["role"] = "tool",
                            ["tool_call_id"] = item.Text("call_id").Needed("call_id"),
                            ["content"] = item["output"]?.DeepClone(),
                        }
                );
                break;
            case "reasoning":
                break;
            case var other:
                throw new GatewayRefusal(RefusalKind.Invalid, $"input of type '{other}' is not supported.");
        }
    }

    private static JsonObject Tool(JsonObject tool)
    {
        if (tool.Text("type") is not "function")
        {
            throw new GatewayRefusal(RefusalKind.Invalid, "tools must be functions.");
        }

        var function = tool.DeepClone().AsObject();
        function.Remove("type");
        function.Remove("strict");
        return new JsonObject { ["type"] = "function", ["function"] = function };
    }
}

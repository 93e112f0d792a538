using System.Text.Json.Nodes;
using HybridLlm.Ollama;

namespace HybridLlm.Gateway.Endpoints.Anthropic;

/// <summary><c>POST /v1/messages</c>.</summary>
internal sealed class AnthropicProtocol : IProtocol
{
    public Ask Read(JsonObject body)
    {
        var model = body.Text("model").Needed("model");
        var limit =
            body.Whole("max_tokens", 1) ?? throw new GatewayRefusal(RefusalKind.Invalid, "max_tokens is required.");
        JsonObject options = new() { ["num_predict"] = limit };
        foreach (var name in (string[])["temperature", "top_p", "top_k"])
        {
            if (body.Number(name) is { } value)
            {
                options[name] = value;
            }
        }

        if (body["stop_sequences"] is not null && body.Texts("stop_sequences") is { } stops)
        {
            options["stop"] = stops;
        }

        JsonObject native = new()
        {
            ["model"] = model,
            ["messages"] = AnthropicMessages.Native(body["system"], body.List("messages").Needed("messages")),
            ["options"] = options,
        };
        if (body.List("tools") is { Count: > 0 } tools && body.Object("tool_choice")?.Text("type") is not "none")
        {
            native["tools"] = new JsonArray([.. tools.Objects("tools").Select(t => (JsonNode)Tool(t))]);
        }

        if (body.Object("thinking")?.Text("type") is { } thinking)
        {
            native["think"] = thinking is not "disabled";
        }

        return new Ask
        {
            Api = OllamaApi.Chat,
            Model = model,
            Body = native,
            Stream = body.Flag("stream") ?? false,
        };
    }

    public IAnswerShape Shape(Ask ask) => new AnthropicAnswer(ask);

    public static JsonObject Error(GatewayRefusal refusal) =>
        new()
        {
            ["type"] = "error",
            ["error"] = new JsonObject { ["type"] = Type(refusal.Kind), ["message"] = refusal.Message },
        };

    private static string Type(RefusalKind kind) =>
        kind switch
        {
            RefusalKind.Invalid => "invalid_request_error",
            RefusalKind.TooLarge => "request_too_large",
            RefusalKind.Unauthenticated => "authentication_error",
            RefusalKind.Forbidden => "permission_error",
            RefusalKind.NotFound => "not_found_error",
            RefusalKind.TooMany => "rate_limit_error",
            RefusalKind.Unavailable => "overloaded_error",
            _ => "api_error",
        };

    private static JsonObject Tool(JsonObject tool)
    {
        JsonObject function = new()
        {
            ["name"] = tool.Text("name").Needed("name"),
            ["parameters"] = (tool.Object("input_schema") ?? []).DeepClone(),
        };
        if (tool.Text("description") is { } description)
        {
            function["description"] = description;
        }

        return new JsonObject { ["type"] = "function", ["function"] = function };
    }
}

using System.Text.Json;
using System.Text.Json.Nodes;

namespace HybridLlm.Gateway.Endpoints.OpenAi;

/// <summary>OpenAI's messages as Ollama's.</summary>
internal static class ChatMessages
{
    public static JsonArray Native(JsonArray messages)
    {
        JsonArray native = [];
        Dictionary<string, string> tools = new(StringComparer.Ordinal);
        foreach (var message in messages.Objects("messages"))
        {
            native.Add((JsonNode)Message(message, tools));
        }

        return native;
    }

    private static JsonObject Message(JsonObject message, Dictionary<string, string> tools)
    {
        var role = message.Text("role").Needed("role");
        JsonObject native = new()
        {
            ["role"] =
                role is "developer" ? "system"
                : role is "function" ? "tool"
                : role,
        };
        Contents(message["content"], native);
        if (message.Text("reasoning") is { } reasoning)
        {
            native["thinking"] = reasoning;
        }

        if (message.List("tool_calls") is { } calls)
        {
            native["tool_calls"] = new JsonArray([
                .. calls.Objects("tool_calls").Select(c => (JsonNode)Call(c, tools)),
            ]);
        }

        if (message.Text("tool_call_id") is { } id)
        {
            native["tool_call_id"] = id;
            if (tools.TryGetValue(id, out var name))
            {
                native["tool_name"] = name;
            }
        }

        if (message.Text("name") is { } given && native["role"]!.ToString() == "tool")
        {
            native["tool_name"] = given;
        }

        return native;
    }

    private static void Contents(JsonNode? content, JsonObject native)
    {
        switch (content)
        {
            case null:
                native["content"] = "";
                break;
            case JsonValue value when value.GetValueKind() == JsonValueKind.String:
                native["content"] = value.DeepClone();
                break;
            case JsonArray parts:
                Parts(parts, native);
                break;
            default:
                throw Json.Wrong("content", "a string or an array of parts");
        }
    }

    private static void Parts(JsonArray parts, JsonObject native)
    {
        List<string> texts = [];
        JsonArray images = [];
        foreach (var part in parts.Objects("content"))
        {
            switch (part.Text("type"))
            {
                case "text" or "input_text" or "output_text":
                    texts.Add(part.Text("text") ?? "");
                    break;
                case "image_url" or "input_image":
                    images.Add(Image(part["image_url"]));
                    break;
                case var other:
                    throw new GatewayRefusal(RefusalKind.Invalid, $"content of type '{other}' is not supported.");
            }
        }

        native["content"] = string.Join('\n', texts);
        if (images.Count > 0)
        {
            native["images"] = images;
        }
    }

    /// <summary>The image's bytes in base64. Addresses are not fetched: the gateway asks nobody on a client's word.</summary>
    private static string Image(JsonNode? image)
    {
        var url = image is JsonObject wrapped ? wrapped.Text("url") : image?.ToString();
        const string Mark = ";base64,";
        return
            url is not null
            && url.StartsWith("data:", StringComparison.Ordinal)
            && url.IndexOf(Mark, StringComparison.Ordinal) is > 0 and var at
            ? url[(at + Mark.Length)..]
            : throw Json.Wrong("image_url", "a data: address with base64");
    }

    private static JsonObject Call(JsonObject call, Dictionary<string, string> tools)
    {
        var function = call.Object("function") ?? throw Json.Wrong("tool_calls", "calls of functions");
        var name = function.Text("name").Needed("name");
        if (call.Text("id") is { } id)
        {
            tools[id] = name;
        }

        JsonObject native = new()
        {
            ["function"] = new JsonObject { ["name"] = name, ["arguments"] = Arguments(function) },
        };
        if (call.Text("id") is { } given)
        {
            native["id"] = given;
        }

        return native;
    }

    private static JsonObject Arguments(JsonObject function)
    {
        try
        {
            return JsonNode.Parse(
                    function.Text("arguments") is { Length: > 0 } text ? text : "{}",
                    documentOptions: RequestBody.Strict
                ) as JsonObject
                ?? throw Json.Wrong("arguments", "a JSON object in a string");
        }
        catch (JsonException)
        {
            throw Json.Wrong("arguments", "a JSON object in a string");
        }
    }
}

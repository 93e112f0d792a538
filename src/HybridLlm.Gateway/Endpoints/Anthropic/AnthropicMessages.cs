using System.Text.Json;
using System.Text.Json.Nodes;

namespace HybridLlm.Gateway.Endpoints.Anthropic;

/// <summary>Anthropic's messages, made of blocks, as Ollama's.</summary>
internal static class AnthropicMessages
{
    public static JsonArray Native(JsonNode? system, JsonArray messages)
    {
        JsonArray native = [];
        if (system is not null)
        {
            native.Add((JsonNode)new JsonObject { ["role"] = "system", ["content"] = Text(system, "system") });
        }

        Dictionary<string, string> tools = new(StringComparer.Ordinal);
        foreach (var message in messages.Objects("messages"))
        {
            Add(message, native, tools);
        }

        return native;
    }

    private static void Add(JsonObject message, JsonArray native, Dictionary<string, string> tools)
    {
        var role = message.Text("role").Needed("role");
        if (role is not ("user" or "assistant"))
        {
            throw Json.Wrong("role", "user or assistant");
        }

        JsonObject said = new() { ["role"] = role, ["content"] = "" };
        if (message["content"] is not JsonArray blocks)
        {
            said["content"] = message.Text("content") ?? throw Json.Wrong("content", "given");
            native.Add((JsonNode)said);
            return;
        }

        List<string> texts = [];
        foreach (var block in blocks.Objects("content"))
        {
            switch (block.Text("type"))
            {
                case "text":
                    texts.Add(block.Text("text") ?? "");
                    break;
                case "thinking":
                    said["thinking"] = block.Text("thinking") ?? "";
                    break;
                case "redacted_thinking":
                    break;
                case "image":
                    Collect(said, "images", Image(block));
                    break;
                case "tool_use":
                    Collect(said, "tool_calls", Use(block, tools));
                    break;
                case "tool_result":
                    // Results come before what the user says to them.
                    native.Add((JsonNode)Result(block, tools));
                    break;
                case var other:
                    throw new GatewayRefusal(RefusalKind.Invalid, $"content of type '{other}' is not supported.");
            }
        }

        said["content"] = string.Join('\n', texts);
        if (texts.Count > 0 || said.Count > 2)
        {
            native.Add((JsonNode)said);
        }
    }

    private static void Collect(JsonObject said, string name, JsonNode what)
    {
        if (said[name] is not JsonArray list)
        {
            said[name] = list = [];
        }

        list.Add(what);
    }

    private static string Text(JsonNode content, string name) =>
        content switch
        {
            JsonValue value when value.GetValueKind() == JsonValueKind.String => value.GetValue<string>(),
            JsonArray blocks => string.Join('\n', blocks.Objects(name).Select(b => b.Text("text") ?? "")),
            _ => throw Json.Wrong(name, "a string or an array of text blocks"),
        };

    private static JsonValue Image(JsonObject block)
    {
        var source = block.Object("source");
        return source?.Text("type") is "base64"
            ? JsonValue.Create(source.Text("data").Needed("data"))
            : throw Json.Wrong("source", "base64 data");
    }

    private static JsonObject Use(JsonObject block, Dictionary<string, string> tools)
    {
        var (id, name) = (block.Text("id").Needed("id"), block.Text("name").Needed("name"));
        tools[id] = name;
        return new JsonObject
        {
            ["id"] = id,
            ["function"] = new JsonObject
            {
                ["name"] = name,
                ["arguments"] = (block.Object("input") ?? []).DeepClone(),
            },
        };
    }

    private static JsonObject Result(JsonObject block, Dictionary<string, string> tools)
    {
        var id = block.Text("tool_use_id").Needed("tool_use_id");
        JsonObject result = new()
        {
            ["role"] = "tool",
            ["content"] = block["content"] is { } content ? Text(content, "content") : "",
            ["tool_call_id"] = id,
        };
        if (tools.TryGetValue(id, out var name))
        {
            result["tool_name"] = name;
        }

        return result;
    }
}

using System.Text.Json.Nodes;
using Microsoft.Extensions.AI;

namespace HybridLlm.Ollama;

/// <summary>Messages as Ollama wants them: one role, one text, images apart, and every tool result a message of its own.</summary>
internal static class ChatMessages
{
    public static JsonArray From(IEnumerable<ChatMessage> messages, string? instructions) =>
        new([.. Each(messages, instructions)]);

    private static IEnumerable<JsonObject> Each(IEnumerable<ChatMessage> messages, string? instructions)
    {
        if (!string.IsNullOrEmpty(instructions))
        {
            yield return Message(ChatRole.System.Value, instructions);
        }

        Dictionary<string, string> toolNames = new(StringComparer.Ordinal);
        foreach (var message in messages)
        {
            foreach (var call in message.Contents.OfType<FunctionCallContent>())
            {
                toolNames[call.CallId] = call.Name;
            }

            foreach (var result in message.Contents.OfType<FunctionResultContent>())
            {
                yield return ToolResult(result, toolNames.GetValueOrDefault(result.CallId));
            }

            if (message.Contents.Count == 0 || message.Contents.Any(c => c is not FunctionResultContent))
            {
                yield return FromContents(message);
            }
        }
    }

    private static JsonObject FromContents(ChatMessage message)
    {
        var node = Message(message.Role.Value, message.Text);
        var thinking = string.Concat(message.Contents.OfType<TextReasoningContent>().Select(c => c.Text));
        if (thinking.Length > 0)
        {
            node["thinking"] = thinking;
        }

        AddArray(node, "images", message.Contents.Where(c => c is DataContent or UriContent).Select(Image));
        AddArray(node, "tool_calls", message.Contents.OfType<FunctionCallContent>().Select(ToolCall));
        return node;
    }

    private static void AddArray(JsonObject node, string name, IEnumerable<JsonNode> items)
    {
        JsonNode[] array = [.. items];
        if (array.Length > 0)
        {
            node[name] = new JsonArray(array);
        }
    }

    private static JsonNode Image(AIContent content) =>
        content switch
        {
            DataContent data when data.HasTopLevelMediaType("image") => JsonValue.Create(data.Base64Data.ToString()),
            DataContent data => throw new NotSupportedException($"Ollama takes images, not {data.MediaType}."),
            _ => throw new NotSupportedException(
                "Ollama fetches nothing: give the image's bytes as DataContent, not its address."
            ),
        };

    private static JsonNode ToolCall(FunctionCallContent call) =>
        new JsonObject
        {
            ["id"] = call.CallId,
            ["function"] = new JsonObject
            {
                ["name"] = call.Name,
                ["arguments"] = new JsonObject(
                    (call.Arguments ?? new Dictionary<string, object?>()).Select(a =>
                        KeyValuePair.Create(a.Key, ChatBody.ToNode(a.Value))
                    )
                ),
            },
        };

    private static JsonObject ToolResult(FunctionResultContent result, string? toolName)
    {
        var text = result.Result as string ?? ChatBody.ToNode(result.Result)?.ToJsonString() ?? "";
        var node = Message(ChatRole.Tool.Value, text);
        node["tool_name"] = toolName;
        node["tool_call_id"] = result.CallId;
        return node;
    }

    private static JsonObject Message(string role, string content) => new() { ["role"] = role, ["content"] = content };
}

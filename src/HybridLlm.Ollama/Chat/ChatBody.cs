using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.Extensions.AI;

namespace HybridLlm.Ollama;

/// <summary>The body of <c>POST /api/chat</c> for messages and options of Microsoft.Extensions.AI.</summary>
internal static class ChatBody
{
    private static readonly string[] s_requestFields =
    [
        "keep_alive",
        "think",
        "truncate",
        "shift",
        "logprobs",
        "top_logprobs",
    ];

    public static JsonObject From(IEnumerable<ChatMessage> messages, ChatOptions? options, string? model)
    {
        if (string.IsNullOrEmpty(model))
        {
            throw new ArgumentException(
                "No model: set ChatOptions.ModelId, or give the client a default.",
                nameof(options)
            );
        }

        JsonObject body = new()
        {
            ["model"] = model,
            ["messages"] = ChatMessages.From(messages, options?.Instructions),
        };
        if (options is not null)
        {
            AddRequestFields(body, options);
            if (Options(options) is { Count: > 0 } sampling)
            {
                body["options"] = sampling;
            }
        }

        return body;
    }

    private static void AddRequestFields(JsonObject body, ChatOptions options)
    {
        if (options.ResponseFormat is ChatResponseFormatJson json)
        {
            body["format"] = json.Schema is { } schema ? Node(schema) : "json";
        }

        if (Think(options.Reasoning) is { } think)
        {
            body["think"] = think;
        }

        if (options.Tools is { Count: > 0 } tools && options.ToolMode is not NoneChatToolMode)
        {
            body["tools"] = new JsonArray([.. tools.OfType<AIFunctionDeclaration>().Select(Tool)]);
        }

        foreach (var field in s_requestFields)
        {
            if (options.AdditionalProperties?.TryGetValue(field, out var value) is true)
            {
                body[field] = ToNode(value);
            }
        }
    }

    private static JsonObject Options(ChatOptions options)
    {
        // To Ollama 0 means without limit, so sending it would do the opposite.
        ArgumentOutOfRangeException.ThrowIfLessThan(options.MaxOutputTokens ?? 1, 1, nameof(options.MaxOutputTokens));
        JsonObject sampling = [];
        Set("temperature", options.Temperature);
        Set("top_p", options.TopP);
        Set("top_k", options.TopK);
        Set("num_predict", options.MaxOutputTokens);
        Set("frequency_penalty", options.FrequencyPenalty);
        Set("presence_penalty", options.PresencePenalty);
        Set("seed", options.Seed);
        if (options.StopSequences is { Count: > 0 } stop)
        {
            sampling["stop"] = new JsonArray([.. stop.Select(s => JsonValue.Create(s))]);
        }

        foreach (var (name, value) in options.AdditionalProperties ?? [])
        {
            if (!s_requestFields.Contains(name, StringComparer.Ordinal))
            {
                sampling[name] = ToNode(value);
            }
        }

        return sampling;

        void Set(string name, JsonNode? value)
        {
            if (value is not null)
            {
                sampling[name] = value;
            }
        }
    }

    private static JsonNode? Think(ReasoningOptions? reasoning) =>
        reasoning?.Effort switch
        {
            null => null,
            ReasoningEffort.None => false,
            ReasoningEffort.Low => "low",
            ReasoningEffort.Medium => "medium",
            ReasoningEffort.High => "high",
            _ => "max",
        };

    private static JsonNode Tool(AIFunctionDeclaration tool) =>
        new JsonObject
        {
            ["type"] = "function",
            ["function"] = new JsonObject
            {
                ["name"] = tool.Name,
                ["description"] = tool.Description,
                ["parameters"] = Node(tool.JsonSchema),
            },
        };

    private static JsonNode? Node(JsonElement element) => JsonNode.Parse(element.GetRawText());

    /// <summary>A value of the caller's as JSON, by Microsoft.Extensions.AI's reflection-free table of types.</summary>
    internal static JsonNode? ToNode(object? value) =>
        value switch
        {
            null => null,
            JsonNode node => node.DeepClone(),
            JsonElement element => Node(element),
            TimeSpan stay => KeepAlive.Format(stay),
            _ => JsonSerializer.SerializeToNode(value, AIJsonUtilities.DefaultOptions.GetTypeInfo(value.GetType())),
        };
}

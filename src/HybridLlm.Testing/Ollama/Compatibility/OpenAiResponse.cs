using System.Text.Json;
using System.Text.Json.Nodes;

namespace HybridLlm.Testing.Ollama;

/// <summary><c>POST /v1/responses</c>. A crash ends a stream without a word.</summary>
internal sealed class OpenAiResponse(TimeProvider clock) : CompatWriter(clock)
{
    private readonly string _id = $"resp_{100_000 + Draw(900_000)}";
    private readonly string _item = $"msg_{100_000 + Draw(900_000)}";
    private readonly System.Text.StringBuilder _text = new();
    private string _model = "";
    private double _temperature = 1;
    private double _topP = 1;
    private int? _limit;
    private int _sequence;

    public override bool NoCache => true;

    public override JsonObject Whole(JsonObject native)
    {
        _text.Append(Said(native, "content"));
        return Response("completed", new JsonArray(Item("completed")), native);
    }

    protected override JsonObject Translate(string body)
    {
        var request = GoBody.Parse(body, "ResponsesRequest", "openai", "EOF");
        _model = request.Text("model");
        _limit = request.Number("max_output_tokens");
        (_temperature, _topP) = (request.Real("temperature") ?? 1, request.Real("top_p") ?? 1);
        JsonArray messages = [];
        if (request.Text("instructions") is { Length: > 0 } instructions)
        {
            messages.Add((JsonNode)Message("system", instructions));
        }

        foreach (var (role, content) in Input(request.Get("input")))
        {
            messages.Add((JsonNode)Message(role, content));
        }

        return new JsonObject
        {
            ["model"] = _model,
            ["messages"] = messages,
            ["stream"] = request.Flag("stream") ?? false,
            ["options"] = Options(request, "max_output_tokens", "stop", otherwise: 1),
        };
    }

    protected override string Piece(JsonObject line)
    {
        var events = _sequence == 0 ? Begin() : "";
        _text.Append(Said(line, "content"));
        return events
            + Next(
                "response.output_text.delta",
                n => new JsonObject
                {
                    ["content_index"] = 0,
                    ["delta"] = Said(line, "content"),
                    ["item_id"] = _item,
                    ["logprobs"] = new JsonArray(),
                    ["output_index"] = 0,
                    ["sequence_number"] = n,
                }
            );
    }

    protected override string Last(JsonObject line)
    {
        var events = _sequence == 0 ? Begin() : "";
        return events
            + Next(
                "response.output_text.done",
                n => new JsonObject
                {
                    ["content_index"] = 0,
                    ["item_id"] = _item,
                    ["logprobs"] = new JsonArray(),
                    ["output_index"] = 0,
                    ["sequence_number"] = n,
                    ["text"] = _text.ToString(),
                }
            )
            + Next("response.content_part.done", n => ContentPart(n, Part()))
            + Next("response.output_item.done", n => OutputItem(n, Item("completed")))
            + Next("response.completed", n => Whole(n, "completed", new JsonArray(Item("completed")), line));
    }

    private string Begin() =>
        Next("response.created", n => Whole(n, "in_progress", [], null))
        + Next("response.in_progress", n => Whole(n, "in_progress", [], null))
        + Next("response.output_item.added", n => OutputItem(n, Item("in_progress")))
        + Next("response.content_part.added", n => ContentPart(n, Part()));

    private string Next(string type, Func<int, JsonObject> data)
    {
        var node = data(_sequence++);
        node["type"] = type;
        return Event(type, node);
    }

    private JsonObject Whole(int sequence, string status, JsonArray output, JsonObject? counted) =>
        new() { ["response"] = Response(status, output, counted), ["sequence_number"] = sequence };

    private static JsonObject OutputItem(int sequence, JsonObject item) =>
        new()
        {
            ["item"] = item,
            ["output_index"] = 0,
            ["sequence_number"] = sequence,
        };

    private JsonObject ContentPart(int sequence, JsonObject part) =>
        new()
        {
            ["content_index"] = 0,
            ["item_id"] = _item,
            ["output_index"] = 0,
            ["part"] = part,
            ["sequence_number"] = sequence,
        };

    private JsonObject Part() =>
        new()
        {
            ["annotations"] = new JsonArray(),
            ["logprobs"] = new JsonArray(),
            ["text"] = _text.ToString(),
            ["type"] = "output_text",
        };

    private JsonObject Item(string status) =>
        new()
        {
            ["content"] = status == "completed" ? new JsonArray(Part()) : [],
            ["id"] = _item,
            ["role"] = "assistant",
            ["status"] = status,
            ["type"] = "message",
        };

    private JsonObject Response(string status, JsonArray output, JsonObject? counted) =>
        new()
        {
            ["background"] = false,
            ["completed_at"] = counted is null ? null : Created,
            ["created_at"] = Created,
            ["error"] = null,
            ["frequency_penalty"] = 0,
            ["id"] = _id,
            ["incomplete_details"] = null,
            ["instructions"] = null,
            ["max_output_tokens"] = _limit,
            ["max_tool_calls"] = null,
            ["metadata"] = new JsonObject(),
            ["model"] = _model,
            ["object"] = "response",
            ["output"] = output,
            ["parallel_tool_calls"] = true,
            ["presence_penalty"] = 0,
            ["previous_response_id"] = null,
            ["prompt_cache_key"] = null,
            ["reasoning"] = null,
            ["safety_identifier"] = null,
            ["service_tier"] = "default",
            ["status"] = status,
            ["store"] = false,
            ["temperature"] = _temperature,
            ["text"] = new JsonObject { ["format"] = new JsonObject { ["type"] = "text" } },
            ["tool_choice"] = "auto",
            ["tools"] = new JsonArray(),
            ["top_logprobs"] = 0,
            ["top_p"] = _topP,
            ["truncation"] = "disabled",
            ["usage"] = counted is null ? null : Usage(counted),
        };

    private static JsonObject Usage(JsonObject line)
    {
        var (input, output) = (Count(line, "prompt_eval_count"), Count(line, "eval_count"));
        return new JsonObject
        {
            ["input_tokens"] = input,
            ["input_tokens_details"] = new JsonObject { ["cached_tokens"] = 0 },
            ["output_tokens"] = output,
            ["output_tokens_details"] = new JsonObject { ["reasoning_tokens"] = 0 },
            ["total_tokens"] = input + output,
        };
    }

    private static IEnumerable<(string Role, string Content)> Input(JsonElement? input) =>
        input switch
        {
            { ValueKind: JsonValueKind.String } text => [("user", text.GetString()!)],
            { ValueKind: JsonValueKind.Array } items => items
                .EnumerateArray()
                .Select(i =>
                    (
                        i.TryGetProperty("role", out var role) ? role.GetString()! : "user",
                        Content(i.TryGetProperty("content", out var content) ? content : null)
                    )
                ),
            _ => [],
        };

    private static JsonObject Message(string role, string content) =>
        new JsonObject { ["role"] = role, ["content"] = content };
}

using System.Buffers;
using System.Text;
using System.Text.Json.Nodes;
using HybridLlm.Gateway.Holding;
using HybridLlm.Ollama;

namespace HybridLlm.Gateway.Endpoints.OpenAi;

/// <summary>An answer as the items and events of OpenAI's responses.</summary>
internal sealed class ResponsesAnswer(Ask ask, long created) : IAnswerShape
{
    private readonly SseWriter _sse = new();
    private readonly string _id = ToolCall.NewId("resp_");
    private readonly string _messageId = ToolCall.NewId("msg_");
    private readonly List<JsonObject> _items = [];
    private readonly StringBuilder _text = new();
    private readonly StringBuilder _thinking = new();
    private readonly string _thoughtId = ToolCall.NewId("rs_");
    private bool _started;
    private bool _open;
    private bool _thinks;
    private int _sequence;

    public string StreamType => SseWriter.MediaType;

    public void Dispose() => _sse.Dispose();

    public void Piece(IBufferWriter<byte> output, OllamaChunk chunk)
    {
        if (!_started)
        {
            _started = true;
            Event(output, "response.created", new JsonObject { ["response"] = Response("in_progress", null, []) });
            Event(output, "response.in_progress", new JsonObject { ["response"] = Response("in_progress", null, []) });
        }

        if (chunk.Thinking.Length > 0)
        {
            Think(output, chunk.Thinking);
        }

        if (chunk.Text.Length > 0)
        {
            CloseThought(output);
            Text(output, chunk.Text);
        }

        foreach (var call in ToolCall.Of(GatheredAnswer.ToolCallsOf(chunk), "call_"))
        {
            CloseThought(output);
            CloseText(output);
            Call(output, call);
        }

        if (chunk.Done)
        {
            CloseThought(output);
            CloseText(output);
            SseWriter.Seams(output, chunk);
            var status = chunk.DoneReason is "length" ? "incomplete" : "completed";
            Event(output, $"response.{status}", new JsonObject { ["response"] = Response(status, chunk, _items) });
        }
    }

    public void Beat(IBufferWriter<byte> output, HoldNews news) => SseWriter.Beat(output, news);

    public void Fault(IBufferWriter<byte> output, GatewayRefusal refusal)
    {
        var response = Response("failed", null, _items);
        response["error"] = new JsonObject { ["code"] = "server_error", ["message"] = refusal.Message };
        Event(output, "response.failed", new JsonObject { ["response"] = response });
    }

    public JsonObject Whole(GatheredAnswer answer)
    {
        List<JsonObject> items = [];
        if (answer.Thinking.Length > 0)
        {
            items.Add(Thought(answer.Thinking));
        }

        if (answer.Text.Length > 0 || answer.ToolCalls.Count == 0)
        {
            items.Add(Message("completed", answer.Text));
        }

        items.AddRange(ToolCall.Of(answer.ToolCalls, "call_").Select(c => Function(c, "completed", c.Arguments)));
        return Response(answer.Last.DoneReason is "length" ? "incomplete" : "completed", answer.Last, items);
    }

    private void Think(IBufferWriter<byte> output, string thinking)
    {
        if (!_thinks)
        {
            _thinks = true;
            Event(output, "response.output_item.added", At(new() { ["item"] = Thought(null) }));
            Event(output, "response.reasoning_summary_part.added", Summary(new() { ["part"] = SummaryText("") }));
        }

        _thinking.Append(thinking);
        Event(output, "response.reasoning_summary_text.delta", Summary(new() { ["delta"] = thinking }));
    }

    private void CloseThought(IBufferWriter<byte> output)
    {
        if (!_thinks)
        {
            return;
        }

        _thinks = false;
        var thinking = _thinking.ToString();
        _thinking.Clear();
        Event(output, "response.reasoning_summary_text.done", Summary(new() { ["text"] = thinking }));
        Event(output, "response.reasoning_summary_part.done", Summary(new() { ["part"] = SummaryText(thinking) }));
        var item = Thought(thinking);
        Event(output, "response.output_item.done", At(new() { ["item"] = item.DeepClone() }));
        _items.Add(item);
    }

    private void Text(IBufferWriter<byte> output, string text)
    {
        if (!_open)
        {
            _open = true;
            var item = Message("in_progress", null);
            Event(output, "response.output_item.added", At(new() { ["item"] = item }));
            Event(output, "response.content_part.added", Part(new() { ["part"] = OutputText("") }));
        }

        _text.Append(text);
        Event(output, "response.output_text.delta", Part(new() { ["delta"] = text, ["logprobs"] = new JsonArray() }));
    }

    private void CloseText(IBufferWriter<byte> output)
    {
        if (!_open)
        {
            return;
        }

        _open = false;
        var text = _text.ToString();
        Event(output, "response.output_text.done", Part(new() { ["text"] = text, ["logprobs"] = new JsonArray() }));
        Event(output, "response.content_part.done", Part(new() { ["part"] = OutputText(text) }));
        var item = Message("completed", text);
        Event(output, "response.output_item.done", At(new() { ["item"] = item.DeepClone() }));
        _items.Add(item);
    }

    private void Call(IBufferWriter<byte> output, ToolCall call)
    {
        var item = Function(call, "in_progress", "");
        var id = item["id"]!.ToString();
        Event(output, "response.output_item.added", At(new() { ["item"] = item }));
        Event(
            output,
            "response.function_call_arguments.delta",
            At(new() { ["item_id"] = id, ["delta"] = call.Arguments })
        );
        Event(
            output,
            "response.function_call_arguments.done",
            At(new() { ["item_id"] = id, ["arguments"] = call.Arguments })
        );
        var done = Function(call, "completed", call.Arguments);
        Event(output, "response.output_item.done", At(new() { ["item"] = done.DeepClone() }));
        _items.Add(done);
    }

    private void Event(IBufferWriter<byte> output, string type, JsonObject fields)
    {
        fields.Insert(0, "type", type);
        fields["sequence_number"] = _sequence++;
        _sse.Event(
            output,
            type,
            fields,
            static (json, all) =>
            {
                foreach (var (name, value) in all)
                {
                    json.WritePropertyName(name);
                    if (value is null)
                    {
                        json.WriteNullValue();
                    }
                    else
                    {
                        value.WriteTo(json);
                    }
                }
            }
        );
    }

    private JsonObject At(JsonObject fields)
    {
        fields["output_index"] = _items.Count;
        return fields;
    }

    private JsonObject Part(JsonObject fields)
    {
        fields["item_id"] = _messageId;
        fields["content_index"] = 0;
        return At(fields);
    }

    private JsonObject Message(string status, string? text) =>
        new()
        {
            ["id"] = _messageId,
            ["type"] = "message",
            ["status"] = status,
            ["role"] = "assistant",
            ["content"] = text is null ? new JsonArray() : new JsonArray(OutputText(text)),
        };

    private JsonObject Summary(JsonObject fields)
    {
        fields["item_id"] = _thoughtId;
        fields["summary_index"] = 0;
        return At(fields);
    }

    private JsonObject Thought(string? thinking) =>
        new()
        {
            ["id"] = _thoughtId,
            ["type"] = "reasoning",
            ["summary"] = thinking is null ? new JsonArray() : new JsonArray(SummaryText(thinking)),
        };

    private static JsonObject SummaryText(string text) => new() { ["type"] = "summary_text", ["text"] = text };

    private static JsonObject OutputText(string text) =>
        new()
        {
            ["type"] = "output_text",
            ["text"] = text,
            ["annotations"] = new JsonArray(),
        };

    private static JsonObject Function(ToolCall call, string status, string arguments) =>
        new()
        {
            ["id"] = $"fc_{call.Id}",
            ["type"] = "function_call",
            ["status"] = status,
            ["call_id"] = call.Id,
            ["name"] = call.Name,
            ["arguments"] = arguments,
        };

    private JsonObject Response(string status, OllamaChunk? last, IReadOnlyList<JsonObject> items)
    {
        JsonObject response = new()
        {
            ["id"] = _id,
            ["object"] = "response",
            ["created_at"] = created,
            ["status"] = status,
            ["error"] = null,
            ["incomplete_details"] = status is "incomplete"
                ? new JsonObject { ["reason"] = "max_output_tokens" }
                : null,
            ["model"] = ask.Model,
            ["output"] = new JsonArray([.. items.Select(i => i.DeepClone())]),
            ["parallel_tool_calls"] = true,
            ["store"] = false,
        };
        if (last is { Usage: var usage })
        {
            response["usage"] = new JsonObject
            {
                ["input_tokens"] = usage?.PromptTokens ?? 0,
                ["input_tokens_details"] = new JsonObject { ["cached_tokens"] = 0 },
                ["output_tokens"] = usage?.AnswerTokens ?? 0,
                ["output_tokens_details"] = new JsonObject { ["reasoning_tokens"] = 0 },
                ["total_tokens"] = (usage?.PromptTokens ?? 0) + (usage?.AnswerTokens ?? 0),
            };
        }

        return response;
    }
}

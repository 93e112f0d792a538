using System.Buffers;
using System.Text.Json;
using System.Text.Json.Nodes;
using HybridLlm.Gateway.Endpoints.OpenAi;
using HybridLlm.Gateway.Holding;
using HybridLlm.Ollama;

namespace HybridLlm.Gateway.Endpoints.Anthropic;

/// <summary>An answer as Anthropic's messages: blocks of thought, text and tool use, one after the other.</summary>
internal sealed class AnthropicAnswer(Ask ask) : IAnswerShape
{
    private readonly SseWriter _sse = new();
    private readonly string _id = ToolCall.NewId("msg_");
    private string? _block;
    private int _index = -1;
    private bool _started;
    private bool _called;

    public string StreamType => SseWriter.MediaType;

    public void Dispose() => _sse.Dispose();

    public void Piece(IBufferWriter<byte> output, OllamaChunk chunk)
    {
        Start(output);
        if (chunk.Thinking.Length > 0)
        {
            Delta(output, "thinking", "thinking_delta", chunk.Thinking);
        }

        if (chunk.Text.Length > 0)
        {
            Delta(output, "text", "text_delta", chunk.Text);
        }

        foreach (var call in ToolCall.Of(GatheredAnswer.ToolCallsOf(chunk), "toolu_"))
        {
            Use(output, call);
        }

        if (chunk.Done)
        {
            End(output, chunk);
        }
    }

    public void Beat(IBufferWriter<byte> output, HoldNews news) => SseWriter.Beat(output, news);

    public void Fault(IBufferWriter<byte> output, GatewayRefusal refusal) =>
        _sse.Event(
            output,
            "error",
            refusal,
            static (json, r) =>
            {
                json.WriteString("type", "error");
                json.WritePropertyName("error");
                AnthropicProtocol.Error(r)["error"]!.WriteTo(json);
            }
        );

    public JsonObject Whole(GatheredAnswer answer)
    {
        JsonArray content = [];
        if (answer.Thinking.Length > 0)
        {
            content.Add(
                (JsonNode)
                    new JsonObject
                    {
                        ["type"] = "thinking",
                        ["thinking"] = answer.Thinking,
                        ["signature"] = "",
                    }
            );
        }

        if (answer.Text.Length > 0)
        {
            content.Add((JsonNode)new JsonObject { ["type"] = "text", ["text"] = answer.Text });
        }

        foreach (var call in ToolCall.Of(answer.ToolCalls, "toolu_"))
        {
            _called = true;
            content.Add(
                (JsonNode)
                    new JsonObject
                    {
                        ["type"] = "tool_use",
                        ["id"] = call.Id,
                        ["name"] = call.Name,
                        ["input"] = JsonNode.Parse(call.Arguments),
                    }
            );
        }

        return new JsonObject
        {
            ["id"] = _id,
            ["type"] = "message",
            ["role"] = "assistant",
            ["model"] = ask.Model,
            ["content"] = content,
            ["stop_reason"] = Reason(answer.Last),
            ["stop_sequence"] = null,
            ["usage"] = new JsonObject
            {
                ["input_tokens"] = answer.Last.Usage?.PromptTokens ?? 0,
                ["output_tokens"] = answer.Last.Usage?.AnswerTokens ?? 0,
            },
        };
    }

    private string Reason(OllamaChunk last) =>
        _called ? "tool_use"
        : last.DoneReason is "length" ? "max_tokens"
        : "end_turn";

    private void Start(IBufferWriter<byte> output)
    {
        if (_started)
        {
            return;
        }

        _started = true;
        _sse.Event(
            output,
            "message_start",
            (_id, ask.Model),
            static (json, s) =>
            {
                json.WriteString("type", "message_start");
                json.WriteStartObject("message");
                json.WriteString("id", s._id);
                json.WriteString("type", "message");
                json.WriteString("role", "assistant");
                json.WriteString("model", s.Model);
                json.WriteStartArray("content");
                json.WriteEndArray();
                json.WriteNull("stop_reason");
                json.WriteNull("stop_sequence");
                json.WriteStartObject("usage");
                json.WriteNumber("input_tokens", 0);
                json.WriteNumber("output_tokens", 0);
                json.WriteEndObject();
                json.WriteEndObject();
            }
        );
    }

    private void Delta(IBufferWriter<byte> output, string block, string delta, string text)
    {
        if (_block != block)
        {
            Close(output);
            Open(output, block, static (json, kind) => json.WriteString(kind, ""), block);
        }

        WriteDelta(output, delta, block, text);
    }

    private void Use(IBufferWriter<byte> output, ToolCall call)
    {
        Close(output);
        _called = true;
        Open(
            output,
            "tool_use",
            static (json, c) =>
            {
                json.WriteString("id", c.Id);
                json.WriteString("name", c.Name);
                json.WriteStartObject("input");
                json.WriteEndObject();
            },
            call
        );
        WriteDelta(output, "input_json_delta", "partial_json", call.Arguments);
        Close(output);
    }

    private void Open<T>(IBufferWriter<byte> output, string block, Action<Utf8JsonWriter, T> fields, T state)
    {
        (_block, _index) = (block, _index + 1);
        _sse.Event(
            output,
            "content_block_start",
            (_index, block, fields, state),
            static (json, s) =>
            {
                json.WriteString("type", "content_block_start");
                json.WriteNumber("index", s._index);
                json.WriteStartObject("content_block");
                json.WriteString("type", s.block);
                s.fields(json, s.state);
                json.WriteEndObject();
            }
        );
    }

    private void WriteDelta(IBufferWriter<byte> output, string type, string field, string text) =>
        _sse.Event(
            output,
            "content_block_delta",
            (_index, type, field, text),
            static (json, s) =>
            {
                json.WriteString("type", "content_block_delta");
                json.WriteNumber("index", s._index);
                json.WriteStartObject("delta");
                json.WriteString("type", s.type);
                json.WriteString(s.field, s.text);
                json.WriteEndObject();
            }
        );

    private void Close(IBufferWriter<byte> output)
    {
        if (_block is null)
        {
            return;
        }

        _block = null;
        _sse.Event(
            output,
            "content_block_stop",
            _index,
            static (json, index) =>
            {
                json.WriteString("type", "content_block_stop");
                json.WriteNumber("index", index);
            }
        );
    }

    private void End(IBufferWriter<byte> output, OllamaChunk last)
    {
        Close(output);
        SseWriter.Seams(output, last);
        _sse.Event(
            output,
            "message_delta",
            (Reason(last), last.Usage),
            static (json, s) =>
            {
                json.WriteString("type", "message_delta");
                json.WriteStartObject("delta");
                json.WriteString("stop_reason", s.Item1);
                json.WriteNull("stop_sequence");
                json.WriteEndObject();
                json.WriteStartObject("usage");
                json.WriteNumber("input_tokens", s.Usage?.PromptTokens ?? 0);
                json.WriteNumber("output_tokens", s.Usage?.AnswerTokens ?? 0);
                json.WriteEndObject();
            }
        );
        _sse.Event(output, "message_stop", 0, static (json, _) => json.WriteString("type", "message_stop"));
    }
}

using System.Buffers;
using System.Text.Json;
using System.Text.Json.Nodes;
using HybridLlm.Gateway.Holding;
using HybridLlm.Ollama;

namespace HybridLlm.Gateway.Endpoints.OpenAi;

/// <summary><c>POST /v1/chat/completions</c>.</summary>
internal sealed class ChatCompletions(TimeProvider clock) : IProtocol
{
    public Ask Read(JsonObject body)
    {
        var model = body.Text("model").Needed("model");
        if (body.Whole("n", 1) is > 1)
        {
            throw new GatewayRefusal(RefusalKind.Invalid, "n must be 1: one answer is given.");
        }

        var stream = body.Flag("stream") ?? false;
        JsonObject native = new()
        {
            ["model"] = model,
            ["messages"] = ChatMessages.Native(body.List("messages").Needed("messages")),
            ["options"] = SamplingFields.Options(body, "max_completion_tokens", "max_tokens"),
        };
        if (body.List("tools") is { Count: > 0 } tools && body["tool_choice"]?.ToString() is not "none")
        {
            native["tools"] = tools.DeepClone();
        }

        if (SamplingFields.Format(body.Object("response_format")) is { } format)
        {
            native["format"] = format;
        }

        var effort = body.Text("reasoning_effort") ?? body.Object("reasoning")?.Text("effort");
        if (SamplingFields.Think(effort) is { } think)
        {
            native["think"] = think;
        }

        if (body.Flag("logprobs") is true)
        {
            native["logprobs"] = true;
            native["top_logprobs"] = body.Whole("top_logprobs", 0) ?? 0;
        }

        return new Ask
        {
            Api = OllamaApi.Chat,
            Model = model,
            Body = native,
            Stream = stream,
            IncludeUsage = body.Object("stream_options")?.Flag("include_usage") ?? false,
        };
    }

    public IAnswerShape Shape(Ask ask) => new Completion(ask, clock.GetUtcNow().ToUnixTimeSeconds());

    private sealed class Completion(Ask ask, long created) : IAnswerShape
    {
        private readonly SseWriter _sse = new();
        private readonly string _id = ToolCall.NewId("chatcmpl-");
        private int _calls;
        private bool _first = true;

        public string StreamType => SseWriter.MediaType;

        public void Dispose() => _sse.Dispose();

        public void Piece(IBufferWriter<byte> output, OllamaChunk chunk)
        {
            var calls = ToolCall.Of(GatheredAnswer.ToolCallsOf(chunk), "call_").ToList();
            _sse.Event(output, null, (this, chunk, calls), static (json, s) => s.Item1.Delta(json, s.chunk, s.calls));
            (_first, _calls) = (false, _calls + calls.Count);
            if (!chunk.Done)
            {
                return;
            }

            if (ask.IncludeUsage)
            {
                _sse.Event(output, null, (this, chunk), static (json, s) => s.Item1.UsageOnly(json, s.chunk));
            }

            OpenAiStream.End(output, chunk);
        }

        public void Beat(IBufferWriter<byte> output, HoldNews news) => SseWriter.Beat(output, news);

        public void Fault(IBufferWriter<byte> output, GatewayRefusal refusal) =>
            OpenAiStream.Fault(_sse, output, refusal);

        public JsonObject Whole(GatheredAnswer answer)
        {
            JsonObject message = new() { ["role"] = "assistant", ["content"] = answer.Text };
            if (answer.Thinking.Length > 0)
            {
                message["reasoning"] = answer.Thinking;
            }

            var calls = ToolCall.Of(answer.ToolCalls, "call_").ToList();
            if (calls.Count > 0)
            {
                message["tool_calls"] = new JsonArray([
                    .. calls.Select(c => new JsonObject
                    {
                        ["id"] = c.Id,
                        ["type"] = "function",
                        ["function"] = new JsonObject { ["name"] = c.Name, ["arguments"] = c.Arguments },
                    }),
                ]);
            }

            JsonObject choice = new()
            {
                ["index"] = 0,
                ["message"] = message,
                ["finish_reason"] = Reason(answer.Last, calls.Count > 0),
            };
            if (answer.Logprobs.Count > 0)
            {
                choice["logprobs"] = new JsonObject { ["content"] = answer.Logprobs };
            }

            return new JsonObject
            {
                ["id"] = _id,
                ["object"] = "chat.completion",
                ["created"] = created,
                ["model"] = ask.Model,
                ["system_fingerprint"] = "fp_ollama",
                ["choices"] = new JsonArray(choice),
                ["usage"] = OpenAiUsage.Json(answer.Last.Usage),
            };
        }

        private static string Reason(OllamaChunk last, bool called) =>
            called ? "tool_calls"
            : last.DoneReason is "length" ? "length"
            : "stop";

        private void Head(Utf8JsonWriter json)
        {
            json.WriteString("id", _id);
            json.WriteString("object", "chat.completion.chunk");
            json.WriteNumber("created", created);
            json.WriteString("model", ask.Model);
            json.WriteString("system_fingerprint", "fp_ollama");
        }

        private void Delta(Utf8JsonWriter json, OllamaChunk chunk, List<ToolCall> calls)
        {
            Head(json);
            json.WriteStartArray("choices");
            json.WriteStartObject();
            json.WriteNumber("index", 0);
            json.WriteStartObject("delta");
            if (_first)
            {
                json.WriteString("role", "assistant");
            }

            json.WriteString("content", chunk.Text);
            if (chunk.Thinking.Length > 0)
            {
                json.WriteString("reasoning", chunk.Thinking);
            }

            WriteCalls(json, calls);
            json.WriteEndObject();
            if (GatheredAnswer.LogprobsOf(chunk) is { } logprobs)
            {
                json.WriteStartObject("logprobs");
                json.WritePropertyName("content");
                logprobs.WriteTo(json);
                json.WriteEndObject();
            }

            if (chunk.Done)
            {
                json.WriteString("finish_reason", Reason(chunk, _calls + calls.Count > 0));
            }
            else
            {
                json.WriteNull("finish_reason");
            }

            json.WriteEndObject();
            json.WriteEndArray();
            if (ask.IncludeUsage)
            {
                json.WriteNull("usage");
            }
        }

        private void WriteCalls(Utf8JsonWriter json, List<ToolCall> calls)
        {
            if (calls.Count == 0)
            {
                return;
            }

            json.WriteStartArray("tool_calls");
            for (var i = 0; i < calls.Count; i++)
            {
                json.WriteStartObject();
                json.WriteNumber("index", _calls + i);
                json.WriteString("id", calls[i].Id);
                json.WriteString("type", "function");
                json.WriteStartObject("function");
                json.WriteString("name", calls[i].Name);
                json.WriteString("arguments", calls[i].Arguments);
                json.WriteEndObject();
                json.WriteEndObject();
            }

            json.WriteEndArray();
        }

        private void UsageOnly(Utf8JsonWriter json, OllamaChunk chunk)
        {
            Head(json);
            json.WriteStartArray("choices");
            json.WriteEndArray();
            json.WritePropertyName("usage");
            OpenAiUsage.Json(chunk.Usage).WriteTo(json);
        }
    }
}

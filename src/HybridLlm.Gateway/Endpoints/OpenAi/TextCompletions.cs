using System.Buffers;
using System.Text.Json;
using System.Text.Json.Nodes;
using HybridLlm.Gateway.Holding;
using HybridLlm.Ollama;

namespace HybridLlm.Gateway.Endpoints.OpenAi;

/// <summary><c>POST /v1/completions</c>.</summary>
internal sealed class TextCompletions(TimeProvider clock) : IProtocol
{
    public Ask Read(JsonObject body)
    {
        var model = body.Text("model").Needed("model");
        var prompts = body.Texts("prompt") ?? throw new GatewayRefusal(RefusalKind.Invalid, "prompt is required.");
        if (prompts.Count != 1)
        {
            throw Json.Wrong("prompt", "one text");
        }

        JsonObject native = new()
        {
            ["model"] = model,
            ["prompt"] = prompts[0]!.DeepClone(),
            ["options"] = SamplingFields.Options(body, "max_tokens"),
        };
        if (body.Whole("logprobs", 0) is { } likeliest)
        {
            native["logprobs"] = true;
            native["top_logprobs"] = likeliest;
        }

        if (body.Text("suffix") is { Length: > 0 } suffix)
        {
            native["suffix"] = suffix;
        }

        return new Ask
        {
            Api = OllamaApi.Generate,
            Model = model,
            Body = native,
            Stream = body.Flag("stream") ?? false,
            IncludeUsage = body.Object("stream_options")?.Flag("include_usage") ?? false,
        };
    }

    public IAnswerShape Shape(Ask ask) => new Completion(ask, clock.GetUtcNow().ToUnixTimeSeconds());

    private sealed class Completion(Ask ask, long created) : IAnswerShape
    {
        private readonly SseWriter _sse = new();
        private readonly string _id = ToolCall.NewId("cmpl-");
        private readonly CompletionLogprobs _logprobs = new();

        public string StreamType => SseWriter.MediaType;

        public void Dispose() => _sse.Dispose();

        public void Piece(IBufferWriter<byte> output, OllamaChunk chunk)
        {
            _sse.Event(output, null, (this, chunk), static (json, s) => s.Item1.Write(json, s.chunk));
            if (chunk.Done)
            {
                OpenAiStream.End(output, chunk);
            }
        }

        public void Beat(IBufferWriter<byte> output, HoldNews news) => SseWriter.Beat(output, news);

        public void Fault(IBufferWriter<byte> output, GatewayRefusal refusal) =>
            OpenAiStream.Fault(_sse, output, refusal);

        public JsonObject Whole(GatheredAnswer answer) =>
            new()
            {
                ["id"] = _id,
                ["object"] = "text_completion",
                ["created"] = created,
                ["model"] = ask.Model,
                ["system_fingerprint"] = "fp_ollama",
                ["choices"] = new JsonArray(
                    new JsonObject
                    {
                        ["text"] = answer.Text,
                        ["index"] = 0,
                        ["logprobs"] = answer.Logprobs.Count > 0 ? _logprobs.Of(answer.Logprobs) : null,
                        ["finish_reason"] = Reason(answer.Last),
                    }
                ),
                ["usage"] = OpenAiUsage.Json(answer.Last.Usage),
            };

        private static string Reason(OllamaChunk last) => last.DoneReason is "length" ? "length" : "stop";

        private void Write(Utf8JsonWriter json, OllamaChunk chunk)
        {
            json.WriteString("id", _id);
            json.WriteString("object", "text_completion");
            json.WriteNumber("created", created);
            json.WriteString("model", ask.Model);
            json.WriteString("system_fingerprint", "fp_ollama");
            json.WriteStartArray("choices");
            json.WriteStartObject();
            json.WriteString("text", chunk.Text);
            json.WriteNumber("index", 0);
            if (GatheredAnswer.LogprobsOf(chunk) is { } logprobs)
            {
                json.WritePropertyName("logprobs");
                _logprobs.Of(logprobs).WriteTo(json);
            }

            if (chunk.Done)
            {
                json.WriteString("finish_reason", Reason(chunk));
            }
            else
            {
                json.WriteNull("finish_reason");
            }

            json.WriteEndObject();
            json.WriteEndArray();
            if (chunk.Done && ask.IncludeUsage)
            {
                json.WritePropertyName("usage");
                OpenAiUsage.Json(chunk.Usage).WriteTo(json);
            }
        }
    }
}

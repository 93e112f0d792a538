using System.Buffers;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using HybridLlm.Gateway.Holding;
using HybridLlm.Ollama;

namespace HybridLlm.Gateway.Endpoints.Ollama;

/// <summary>Ollama's own <c>/api/chat</c> and <c>/api/generate</c>.</summary>
internal sealed class OllamaProtocol(OllamaApi api) : IProtocol
{
    public Ask Read(JsonObject body)
    {
        var model = body.Text("model").Needed("model");
        if (IsUnload(body))
        {
            throw new GatewayRefusal(
                RefusalKind.Forbidden,
                "Unloading a model is not offered by this gateway: others may be using it."
            );
        }

        // 'stream' of another type is the server's to judge.
        return new Ask
        {
            Api = api,
            Model = model,
            Body = body,
            Stream = body["stream"]?.GetValueKind() != JsonValueKind.False,
        };
    }

    public IAnswerShape Shape(Ask ask) => new Lines(ask);

    /// <summary>An error as Ollama writes it.</summary>
    public static JsonObject Error(GatewayRefusal refusal)
    {
        JsonObject error = new() { ["error"] = refusal.Message };
        if (refusal.Position is { } position)
        {
            error["queue_position"] = position;
        }

        return error;
    }

    private bool IsUnload(JsonObject body) =>
        body["keep_alive"]?.ToString() is "0" or "0s" or "0m"
        && (
            api == OllamaApi.Chat
                ? body["messages"] is null or JsonArray { Count: 0 }
                : body["prompt"] is null || body["prompt"]!.ToString().Length == 0
        );

    /// <summary>Lines of JSON.</summary>
    private sealed class Lines(Ask ask) : IAnswerShape
    {
        public string StreamType => "application/x-ndjson";

        public void Dispose() { }

        public void Piece(IBufferWriter<byte> output, OllamaChunk chunk)
        {
            if (chunk.Continuity is { } moved)
            {
                // In the last line, beside Ollama's own fields.
                var last = JsonNode.Parse(chunk.Json.Span)!.AsObject();
                last["hybridllm"] = new JsonObject { ["migrations"] = moved.Migrations.Count, ["exact"] = moved.Exact };
                Line(output, GatewayJson.Bytes(last));
            }
            else
            {
                Line(output, chunk.Json.Span);
            }
        }

        public void Beat(IBufferWriter<byte> output, HoldNews news)
        {
            JsonObject line = new()
            {
                ["model"] = ask.Model,
                ["created_at"] = news.At.UtcDateTime.ToString("O", CultureInfo.InvariantCulture),
            };
            if (ask.Api == OllamaApi.Chat)
            {
                line["message"] = new JsonObject { ["role"] = "assistant", ["content"] = "" };
            }
            else
            {
                line["response"] = "";
            }

            line["done"] = false;
            line["hybridllm"] = NewsText.Json(news);
            Line(output, GatewayJson.Bytes(line));
        }

        public void Fault(IBufferWriter<byte> output, GatewayRefusal refusal)
        {
            Line(output, GatewayJson.Bytes(Error(refusal)));
        }

        private static void Line(IBufferWriter<byte> output, ReadOnlySpan<byte> json)
        {
            var space = output.GetSpan(json.Length + 1);
            json.CopyTo(space);
            space[json.Length] = (byte)'\n';
            output.Advance(json.Length + 1);
        }

        public JsonObject Whole(GatheredAnswer answer)
        {
            var whole = JsonNode.Parse(answer.Last.Json.Span)!.AsObject();
            var part = whole["message"] as JsonObject ?? whole;
            part[part == whole ? "response" : "content"] = answer.Text;
            if (answer.Thinking.Length > 0)
            {
                part["thinking"] = answer.Thinking;
            }

            if (answer.ToolCalls.Count > 0)
            {
                part["tool_calls"] = answer.ToolCalls;
            }

            if (answer.Logprobs.Count > 0)
            {
                whole["logprobs"] = answer.Logprobs;
            }

            if (answer.Last.Continuity is { } moved)
            {
                whole["hybridllm"] = new JsonObject
                {
                    ["migrations"] = moved.Migrations.Count,
                    ["exact"] = moved.Exact,
                };
            }

            return whole;
        }
    }
}

using System.Buffers;
using HybridLlm.Ollama;

namespace HybridLlm.Gateway.Endpoints.OpenAi;

/// <summary>How the streams of OpenAI's completions end, well or not.</summary>
internal static class OpenAiStream
{
    public static void End(IBufferWriter<byte> output, OllamaChunk last)
    {
        SseWriter.Seams(output, last);
        output.Write("data: [DONE]\n\n"u8);
    }

    /// <summary>An error as the last event, without the end mark.</summary>
    public static void Fault(SseWriter sse, IBufferWriter<byte> output, GatewayRefusal refusal) =>
        sse.Event(
            output,
            null,
            refusal,
            static (json, r) =>
            {
                json.WritePropertyName("error");
                OpenAiErrors.Error(r)["error"]!.WriteTo(json);
            }
        );
}

using System.Buffers;
using System.Text;
using System.Text.Json;
using HybridLlm.Gateway.Holding;
using HybridLlm.Ollama;

namespace HybridLlm.Gateway.Endpoints;

/// <summary>Writes server-sent events. One per answer: its JSON writer is used again for each event.</summary>
internal sealed class SseWriter : IDisposable
{
    public const string MediaType = "text/event-stream";

    private Utf8JsonWriter? _json;

    /// <summary>One event whose data are an object.</summary>
    /// <param name="output">Where to.</param>
    /// <param name="name">Name of the event; null for none.</param>
    /// <param name="state">Handed to <paramref name="fields"/>.</param>
    /// <param name="fields">Writes the object's fields.</param>
    public void Event<T>(IBufferWriter<byte> output, string? name, T state, Action<Utf8JsonWriter, T> fields)
    {
        if (name is not null)
        {
            output.Write("event: "u8);
            Encoding.UTF8.GetBytes(name, output);
            output.Write("\n"u8);
        }

        output.Write("data: "u8);
        if (_json is null)
        {
            _json = new Utf8JsonWriter(output, GatewayJson.Relaxed);
        }
        else
        {
            _json.Reset(output);
        }

        _json.WriteStartObject();
        fields(_json, state);
        _json.WriteEndObject();
        _json.Flush();
        output.Write("\n\n"u8);
    }

    /// <summary>A comment: readers of events skip it.</summary>
    public static void Comment(IBufferWriter<byte> output, string text)
    {
        output.Write(": "u8);
        Encoding.UTF8.GetBytes(text, output);
        output.Write("\n\n"u8);
    }

    public static void Beat(IBufferWriter<byte> output, HoldNews news) => Comment(output, NewsText.Comment(news));

    /// <summary>Says in a comment how often an answer moved; nothing if it did not.</summary>
    public static void Seams(IBufferWriter<byte> output, OllamaChunk last)
    {
        if (last.Continuity is { } moved)
        {
            Comment(output, $"migrations={moved.Migrations.Count} exact={(moved.Exact ? "true" : "false")}");
        }
    }

    public void Dispose() => _json?.Dispose();
}

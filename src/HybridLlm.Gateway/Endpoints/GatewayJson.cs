using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace HybridLlm.Gateway.Endpoints;

/// <summary>JSON as the gateway writes it.</summary>
internal static class GatewayJson
{
    /// <summary>Text for JSON readers, never for a page: letters beyond ASCII stay as they are.</summary>
    public static JsonWriterOptions Relaxed { get; } = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static byte[] Bytes(JsonObject json)
    {
        using MemoryStream bytes = new();
        using (Utf8JsonWriter writer = new(bytes, Relaxed))
        {
            json.WriteTo(writer);
        }

        return bytes.ToArray();
    }
}

using System.Text.Json;
using System.Text.Json.Serialization;

namespace HybridLlm.Nebula.Networks;

/// <summary>A prefix in JSON is its text.</summary>
internal sealed class NebulaPrefixJsonConverter : JsonConverter<NebulaPrefix>
{
    public override NebulaPrefix Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        NebulaPrefix.TryParse(reader.GetString(), out var prefix)
            ? prefix
            : throw new JsonException($"'{reader.GetString()}' is not an address with a prefix length.");

    public override void Write(Utf8JsonWriter writer, NebulaPrefix value, JsonSerializerOptions options) =>
        writer.WriteStringValue(value.ToString());
}

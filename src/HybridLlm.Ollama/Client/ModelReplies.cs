using System.Text.Json;

namespace HybridLlm.Ollama;

/// <summary>Reads the replies that describe models. A field an older or newer server leaves out is empty, never a fault.</summary>
internal static class ModelReplies
{
    public static IReadOnlyList<InstalledModel> Installed(JsonElement root) =>
        [.. Models(root).Select(m => ToInstalled(m, Value(m, "details")))];

    public static IReadOnlyList<ResidentModel> Resident(JsonElement root) => [.. Models(root).Select(ToResident)];

    public static ModelDescription Description(JsonElement root)
    {
        var modelfile = Text(root, "modelfile");
        return new ModelDescription
        {
            Modelfile = modelfile,
            Template = Text(root, "template"),
            Parameters = Text(root, "parameters"),
            // Servers up to 0.33 name them in the Modelfile only.
            Renderer = NullIfEmpty(Text(root, "renderer")) ?? Instruction(modelfile, "RENDERER"),
            Parser = NullIfEmpty(Text(root, "parser")) ?? Instruction(modelfile, "PARSER"),
            Capabilities = Texts(root, "capabilities"),
            Info = Value(root, "model_info") is { ValueKind: JsonValueKind.Object } info
                ? info.EnumerateObject().ToDictionary(p => p.Name, p => p.Value.Clone(), StringComparer.Ordinal)
                : new Dictionary<string, JsonElement>(),
        };
    }

    private static InstalledModel ToInstalled(JsonElement model, JsonElement details) =>
        new()
        {
            Name = Text(model, "name"),
            Digest = Text(model, "digest"),
            Bytes = Number(model, "size"),
            ModifiedAt = Time(model, "modified_at"),
            Family = Text(details, "family"),
            ParameterSize = Text(details, "parameter_size"),
            Quantization = Text(details, "quantization_level"),
            ContextLength = Number(details, "context_length") is > 0 and var length ? (int)length : null,
            Capabilities = Texts(model, "capabilities"),
        };

    private static ResidentModel ToResident(JsonElement model) =>
        new()
        {
            Name = Text(model, "name"),
            Digest = Text(model, "digest"),
            Bytes = Number(model, "size"),
            GpuBytes = Number(model, "size_vram"),
            ContextLength = (int)Number(model, "context_length"),
            ExpiresAt = Time(model, "expires_at"),
        };

    private static JsonElement.ArrayEnumerator Models(JsonElement root) =>
        Value(root, "models") is { ValueKind: JsonValueKind.Array } models ? models.EnumerateArray() : default;

    private static string? Instruction(string modelfile, string name) =>
        modelfile
            .Split('\n')
            .Where(line => line.StartsWith(name + " ", StringComparison.Ordinal))
            .Select(line => NullIfEmpty(line[name.Length..].Trim()))
            .FirstOrDefault();

    private static string? NullIfEmpty(string text) => text.Length == 0 ? null : text;

    private static JsonElement Value(JsonElement parent, string name) =>
        parent.ValueKind == JsonValueKind.Object && parent.TryGetProperty(name, out var value) ? value : default;

    private static string Text(JsonElement parent, string name) =>
        Value(parent, name) is { ValueKind: JsonValueKind.String } value ? value.GetString()! : "";

    private static IReadOnlyList<string> Texts(JsonElement parent, string name) =>
        Value(parent, name) is { ValueKind: JsonValueKind.Array } value
            ? [.. value.EnumerateArray().Select(v => v.ToString())]
            : [];

    private static long Number(JsonElement parent, string name) =>
        Value(parent, name) is { ValueKind: JsonValueKind.Number } value && value.TryGetInt64(out var number)
            ? number
            : 0;

    private static DateTimeOffset Time(JsonElement parent, string name) =>
        Value(parent, name) is { ValueKind: JsonValueKind.String } value && value.TryGetDateTimeOffset(out var time)
            ? time
            : default;
}

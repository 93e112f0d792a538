using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace HybridLlm.Testing.Kubernetes.Objects;

/// <summary>Reads and writes the parts of an object by path; what is absent or of another type reads as null.</summary>
internal static class KubeJson
{
    private static readonly JsonWriterOptions s_compact = new()
    {
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    /// <summary>Null unless it is one JSON object.</summary>
    public static JsonObject? TryParse(ReadOnlySpan<byte> json)
    {
        try
        {
            return JsonNode.Parse(json) as JsonObject;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    public static byte[] ToBytes(this JsonNode node)
    {
        using MemoryStream bytes = new();
        using (Utf8JsonWriter writer = new(bytes, s_compact))
        {
            node.WriteTo(writer);
        }

        return bytes.ToArray();
    }

    public static JsonNode? At(this JsonNode? node, params ReadOnlySpan<string> path)
    {
        foreach (var name in path)
        {
            node = (node as JsonObject)?[name];
        }

        return node;
    }

    public static JsonObject? ObjectAt(this JsonNode? node, params ReadOnlySpan<string> path) =>
        node.At(path) as JsonObject;

    public static JsonArray? ListAt(this JsonNode? node, params ReadOnlySpan<string> path) =>
        node.At(path) as JsonArray;

    public static string? TextAt(this JsonNode? node, params ReadOnlySpan<string> path) =>
        node.At(path) is JsonValue value && value.GetValueKind() == JsonValueKind.String
            ? value.GetValue<string>()
            : null;

    public static long? NumberAt(this JsonNode? node, params ReadOnlySpan<string> path) =>
        node.At(path) is JsonValue value && value.GetValueKind() == JsonValueKind.Number
            ? long.Parse(value.ToJsonString(), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture)
            : null;

    public static bool IsTrueAt(this JsonNode? node, params ReadOnlySpan<string> path) =>
        node.At(path)?.GetValueKind() == JsonValueKind.True;

    /// <summary>The strings of a list; none when it is absent.</summary>
    public static IReadOnlyList<string> TextsAt(this JsonNode? node, params ReadOnlySpan<string> path) =>
        node.ListAt(path) is { } list
            ?
            [
                .. list.OfType<JsonValue>()
                    .Where(v => v.GetValueKind() == JsonValueKind.String)
                    .Select(v => v.GetValue<string>()),
            ]
            : [];

    /// <summary>The objects of a list; none when it is absent.</summary>
    public static IEnumerable<JsonObject> ObjectsAt(this JsonNode? node, params ReadOnlySpan<string> path) =>
        node.ListAt(path)?.OfType<JsonObject>() ?? [];

    /// <summary>A map of strings; empty when it is absent.</summary>
    public static IReadOnlyDictionary<string, string> MapAt(this JsonNode? node, params ReadOnlySpan<string> path)
    {
        SortedDictionary<string, string> map = new(StringComparer.Ordinal);
        foreach (var (key, _) in node.ObjectAt(path) ?? [])
        {
            if (node.ObjectAt(path).TextAt(key) is { } text)
            {
                map[key] = text;
            }
        }

        return map;
    }

    /// <summary>The object under a name, made if absent.</summary>
    public static JsonObject Make(this JsonObject parent, string name)
    {
        if (parent[name] is JsonObject found)
        {
            return found;
        }

        JsonObject made = [];
        parent[name] = made;
        return made;
    }

    public static void SetIfAbsent(this JsonObject parent, string name, JsonNode value)
    {
        if (parent[name] is null)
        {
            parent[name] = value;
        }
    }

    public static JsonObject Copy(this JsonObject node) => (JsonObject)node.DeepClone();

    public static JsonArray ToList(this IEnumerable<string> texts) => [.. texts.Select(t => (JsonNode)t)];

    public static JsonObject ToMap(this IEnumerable<KeyValuePair<string, string>> pairs)
    {
        JsonObject map = [];
        foreach (var (key, value) in pairs)
        {
            map[key] = value;
        }

        return map;
    }
}

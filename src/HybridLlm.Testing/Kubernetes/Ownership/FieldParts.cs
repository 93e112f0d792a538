using System.Text.Json.Nodes;
using HybridLlm.Testing.Kubernetes.Objects;

namespace HybridLlm.Testing.Kubernetes.Ownership;

/// <summary>The parts a value falls into, each with its step in the notation of <c>FieldsV1</c>.</summary>
internal static class FieldParts
{
    /// <summary>None when the value is owned as one.</summary>
    public static IEnumerable<(string Step, JsonNode? Value, FieldShape Shape)> Of(JsonNode? value, FieldShape shape) =>
        value switch
        {
            JsonObject map when !shape.IsAtomicMap => map.Select(p =>
                (FieldSet.Step(p.Key), p.Value, shape.Field(p.Key))
            ),
            JsonArray list when shape.IsSet => list.Select(i => ("v:" + Text(i), i, shape.Item())),
            JsonArray list when list.Count > 0 && list.All(i => i is JsonObject o && shape.KeysOf(o) is not null) =>
                list.Select(i => (KeyOf((JsonObject)i!, shape), i, shape.Item())),
            _ => [],
        };

    /// <summary>The item or field a step leads to; null when there is none.</summary>
    public static JsonNode? Find(JsonNode? value, string step, FieldShape shape) =>
        value switch
        {
            JsonObject map when IsField(step) => map[step[2..]],
            JsonArray list when shape.IsSet => list.FirstOrDefault(i => "v:" + Text(i) == step),
            JsonArray list => list.OfType<JsonObject>()
                .FirstOrDefault(i => shape.KeysOf(i) is not null && KeyOf(i, shape) == step),
            _ => null,
        };

    public static FieldShape ShapeOf(FieldShape shape, string step) =>
        IsField(step) ? shape.Field(step[2..]) : shape.Item();

    public static string InWords(string step)
    {
        if (IsField(step))
        {
            return "." + step[2..];
        }

        if (step.StartsWith("v:", StringComparison.Ordinal))
        {
            return $"[={step[2..]}]";
        }

        var keys = JsonNode.Parse(step[2..])!.AsObject();
        return $"[{string.Join(',', keys.Select(k => $"{k.Key}={Text(k.Value)}"))}]";
    }

    private static bool IsField(string step) => step.StartsWith("f:", StringComparison.Ordinal);

    private static string KeyOf(JsonObject item, FieldShape shape)
    {
        JsonObject keys = [];
        foreach (var name in shape.KeysOf(item)!.Order(StringComparer.Ordinal))
        {
            // Ports differ by protocol, and TCP need not be written.
            keys[name] = item[name]?.DeepClone() ?? (name == "protocol" ? "TCP" : null);
        }

        return "k:" + Text(keys);
    }

    private static string Text(JsonNode? node) =>
        node is null ? "null" : System.Text.Encoding.UTF8.GetString(node.ToBytes());
}

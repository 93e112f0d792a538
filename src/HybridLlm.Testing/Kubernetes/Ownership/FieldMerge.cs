using System.Text.Json.Nodes;
using HybridLlm.Testing.Kubernetes.Objects;

namespace HybridLlm.Testing.Kubernetes.Ownership;

/// <summary>Puts fields into an object and takes fields out of it, part by part.</summary>
internal static class FieldMerge
{
    /// <summary>Sets every field of <paramref name="wishes"/>; what it does not name stays.</summary>
    public static void Merge(JsonObject target, JsonObject wishes, FieldShape shape)
    {
        foreach (var (name, value) in wishes)
        {
            var field = shape.Field(name);
            switch (value)
            {
                case JsonObject map when !field.IsAtomicMap:
                    Merge(target.Make(name), map, field);
                    break;
                case JsonArray list when target[name] is JsonArray into && FieldParts.Of(list, field).Any():
                    MergeList(into, list, field);
                    break;
                default:
                    target[name] = value?.DeepClone();
                    break;
            }
        }
    }

    /// <summary>Removes fields, and the containers that are empty then.</summary>
    public static void Remove(JsonNode target, FieldSet fields, FieldShape shape)
    {
        foreach (var (step, part) in fields.Parts)
        {
            if (FieldParts.Find(target, step, shape) is not { } found)
            {
                continue;
            }

            var partShape = FieldParts.ShapeOf(shape, step);
            Remove(found, part, partShape);
            var hasPartsLeft = FieldParts.Of(found, partShape).Any();
            if (!hasPartsLeft && (part.HasSelf || found is JsonObject { Count: 0 } or JsonArray { Count: 0 }))
            {
                Detach(target, step, found);
            }
        }
    }

    private static void MergeList(JsonArray target, JsonArray wishes, FieldShape shape)
    {
        foreach (var (step, item, itemShape) in FieldParts.Of(wishes, shape))
        {
            switch (FieldParts.Find(target, step, shape))
            {
                case JsonObject found:
                    Merge(found, (JsonObject)item!, itemShape);
                    break;
                case null:
                    target.Add(item?.DeepClone());
                    break;
            }
        }
    }

    private static void Detach(JsonNode target, string step, JsonNode found)
    {
        if (target is JsonObject map)
        {
            map.Remove(step[2..]);
        }
        else
        {
            ((JsonArray)target).Remove(found);
        }
    }
}

using System.Text.Json.Nodes;
using HybridLlm.Testing.Kubernetes.Objects;
using HybridLlm.Testing.Kubernetes.Ownership;

namespace HybridLlm.Testing.Kubernetes.Patching;

/// <summary>The built-in kinds' own merge patch: like RFC 7386, but lists of named things merge by name.</summary>
internal static class StrategicMergePatch
{
    private const string Directive = "$patch";
    private const string DeleteFromList = "$deleteFromPrimitiveList/";

    public static void Apply(JsonObject target, JsonObject patch) => Apply(target, patch, BuiltInShape.Root);

    private static void Apply(JsonObject target, JsonObject patch, FieldShape shape)
    {
        if (patch.TextAt(Directive) == "replace")
        {
            target.Clear();
        }

        foreach (var (name, value) in patch)
        {
            if (name.StartsWith(DeleteFromList, StringComparison.Ordinal))
            {
                RemoveScalars(target.ListAt(name[DeleteFromList.Length..]), value as JsonArray ?? []);
            }
            else if (!name.StartsWith('$'))
            {
                ApplyField(target, name, value, shape.Field(name));
            }
        }
    }

    private static void ApplyField(JsonObject target, string name, JsonNode? value, FieldShape shape)
    {
        switch (value)
        {
            case null:
            case JsonObject map when map.TextAt(Directive) == "delete":
                target.Remove(name);
                break;
            case JsonObject map:
                Apply(target.Make(name), map, shape);
                break;
            case JsonArray list when Merges(list, shape):
                if (target[name] is not JsonArray into)
                {
                    target[name] = into = [];
                }

                MergeList(into, list, shape);
                break;
            default:
                target[name] = value.DeepClone();
                break;
        }
    }

    private static bool Merges(JsonArray list, FieldShape shape) =>
        shape.IsSet || list.OfType<JsonObject>().FirstOrDefault() is { } first && shape.KeysOf(first) is not null;

    private static void MergeList(JsonArray target, JsonArray patch, FieldShape shape)
    {
        if (patch.OfType<JsonObject>().Any(i => i.TextAt(Directive) == "replace"))
        {
            target.Clear();
        }

        foreach (var item in patch)
        {
            if (item is not JsonObject map)
            {
                if (!target.Any(t => JsonNode.DeepEquals(t, item)))
                {
                    target.Add(item?.DeepClone());
                }
            }
            else if (map.TextAt(Directive) != "replace")
            {
                MergeItem(target, map, shape);
            }
        }
    }

    private static void MergeItem(JsonArray target, JsonObject item, FieldShape shape)
    {
        var key = shape.KeysOf(item)![0];
        var found = target.OfType<JsonObject>().FirstOrDefault(t => JsonNode.DeepEquals(t[key], item[key]));
        if (item.TextAt(Directive) == "delete")
        {
            if (found is not null)
            {
                target.Remove(found);
            }

            return;
        }

        if (found is null)
        {
            found = [];
            target.Add(found);
        }

        Apply(found, item, shape.Item());
    }

    private static void RemoveScalars(JsonArray? target, JsonArray gone)
    {
        foreach (var value in gone)
        {
            if (target?.FirstOrDefault(t => JsonNode.DeepEquals(t, value)) is { } found)
            {
                target.Remove(found);
            }
        }
    }
}

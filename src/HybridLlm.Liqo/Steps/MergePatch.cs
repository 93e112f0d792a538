using System.Text.Json.Nodes;

namespace HybridLlm.Liqo.Steps;

/// <summary>JSON merge patches (RFC 7396).</summary>
internal static class MergePatch
{
    /// <summary>
    /// The smallest patch after which everything in <paramref name="wanted"/> holds; null when it holds already. What only
    /// stands in <paramref name="current"/> belongs to others and stays.
    /// </summary>
    public static JsonObject? Between(JsonObject current, JsonObject wanted)
    {
        JsonObject patch = [];
        foreach (var (name, value) in wanted)
        {
            var there = current[name];
            if (there is JsonObject inner && value is JsonObject wantedInner)
            {
                if (Between(inner, wantedInner) is { } change)
                {
                    patch[name] = change;
                }
            }
            else if (!JsonNode.DeepEquals(there, value))
            {
                patch[name] = value?.DeepClone();
            }
        }

        return patch.Count > 0 ? patch : null;
    }

    /// <summary>What a server makes of a patch; null removes.</summary>
    public static void Apply(JsonObject target, JsonObject patch)
    {
        foreach (var (name, value) in patch)
        {
            if (value is null)
            {
                target.Remove(name);
            }
            else if (value is JsonObject inner)
            {
                if (target[name] is not JsonObject there)
                {
                    target[name] = there = [];
                }

                Apply(there, inner);
            }
            else
            {
                target[name] = value.DeepClone();
            }
        }
    }
}

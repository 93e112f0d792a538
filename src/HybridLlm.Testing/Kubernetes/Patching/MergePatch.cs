using System.Text.Json.Nodes;

namespace HybridLlm.Testing.Kubernetes.Patching;

/// <summary>RFC 7386: maps merge, null removes, everything else replaces.</summary>
internal static class MergePatch
{
    public static void Apply(JsonObject target, JsonObject patch)
    {
        foreach (var (name, value) in patch)
        {
            switch (value)
            {
                case null:
                    target.Remove(name);
                    break;
                case JsonObject map:
                    if (target[name] is not JsonObject inner)
                    {
                        target[name] = inner = [];
                    }

                    Apply(inner, map);
                    break;
                default:
                    target[name] = value.DeepClone();
                    break;
            }
        }
    }
}

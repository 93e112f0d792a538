using System.Text.Json.Nodes;

namespace HybridLlm.Gateway.Routing;

/// <summary>Models the gateway offers, as Ollama lists them: those on servers at home, and the rented node's, whether or not it is up.</summary>
internal static class OfferedModels
{
    public static IReadOnlyList<JsonObject> Installed(GatewayRouter router, Func<string, bool> may)
    {
        var models = Union(router, v => v.Models);
        if (router.Cloud is { } cloud && !models.ContainsKey(cloud.Model))
        {
            var spec = cloud.Cluster.Spec.Model;
            models[cloud.Model] = new JsonObject
            {
                ["name"] = spec.Name,
                ["model"] = spec.Name,
                ["details"] = new JsonObject { ["context_length"] = spec.ContextTokens },
            };
        }

        return [.. models.Where(m => may(m.Key)).OrderBy(m => m.Key, StringComparer.Ordinal).Select(m => m.Value)];
    }

    public static IReadOnlyList<JsonObject> Resident(GatewayRouter router, Func<string, bool> may) =>
        [.. Union(router, v => v.Resident).Where(m => may(m.Key)).Select(m => m.Value)];

    private static Dictionary<string, JsonObject> Union(
        GatewayRouter router,
        Func<BackendView, IReadOnlyDictionary<string, JsonObject>> part
    )
    {
        Dictionary<string, JsonObject> union = new(ModelNames.Comparer);
        foreach (var (name, model) in router.Home.All.Where(b => b.View.Up).SelectMany(b => part(b.View)))
        {
            union.TryAdd(name, model.DeepClone().AsObject());
        }

        return union;
    }
}

using System.Text.Json.Nodes;

namespace HybridLlm.Testing.Kubernetes.Schemas;

/// <summary>Makes an object fit its schema: unknown fields go, defaults come.</summary>
internal static class SchemaShaping
{
    /// <summary>Prunes and defaults a custom resource; type and object metadata are not the schema's business.</summary>
    public static void Shape(StructuralSchema schema, JsonObject resource)
    {
        foreach (var name in resource.Select(p => p.Key).ToList())
        {
            if (name is "apiVersion" or "kind" or "metadata")
            {
                continue;
            }

            if (schema.Properties.TryGetValue(name, out var property))
            {
                Walk(property, resource[name]);
            }
            else if (!schema.KeepsUnknown)
            {
                resource.Remove(name);
            }
        }

        AddDefaults(schema, resource);
    }

    private static void Walk(StructuralSchema schema, JsonNode? node)
    {
        switch (node)
        {
            case JsonObject map:
                WalkFields(schema, map);
                break;
            case JsonArray list when schema.Items is { } items:
                foreach (var item in list)
                {
                    Walk(items, item);
                }

                break;
        }
    }

    private static void WalkFields(StructuralSchema schema, JsonObject map)
    {
        foreach (var name in map.Select(p => p.Key).ToList())
        {
            if ((schema.Properties.GetValueOrDefault(name) ?? schema.Values) is { } known)
            {
                // A null where the schema has a default and allows none stands for the default.
                if (map[name] is null && !known.IsNullable && known.Default is not null)
                {
                    map.Remove(name);
                }

                Walk(known, map[name]);
            }
            else if (!schema.KeepsUnknown)
            {
                map.Remove(name);
            }
        }

        AddDefaults(schema, map);
    }

    private static void AddDefaults(StructuralSchema schema, JsonObject map)
    {
        foreach (var (name, property) in schema.Properties)
        {
            if (property.Default is { } value && !map.ContainsKey(name))
            {
                map[name] = value.DeepClone();
                Walk(property, map[name]);
            }
        }
    }
}

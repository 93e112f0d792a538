using System.Text.Json;
using System.Text.Json.Nodes;
using HybridLlm.Liqo.Clusters;
using HybridLlm.Liqo.Observing;
using HybridLlm.Liqo.Resources;
using HybridLlm.Liqo.Steps;

namespace HybridLlm.Liqo.Tests.Steps;

/// <summary>What an API server makes of a step, as a pure function of worlds.</summary>
internal static class SimulatedServer
{
    public static World Do(World world, PlannedStep step)
    {
        var key = step.Object;
        return step switch
        {
            CreateStep create => world.With(key.Cluster, key.Kind, create.Body.ShouldNotBeNull()),
            UpdateStep update => Merged(world, key, update.Patch.ShouldNotBeNull()),
            DeleteStep delete => Deleted(world, key, delete.AtOnce),
            ReleaseStep release => Released(world, key, release.Index, release.Finalizer),
            _ => throw new InvalidOperationException($"{step} writes nothing."),
        };
    }

    /// <summary>Changes an object as a controller does: status, finalizers, whatever the patch names.</summary>
    public static World Merged(World world, ObjectKey key, JsonObject patch)
    {
        var json = key.Kind.Write(world.Find(key).ShouldNotBeNull());
        Merge(json, patch);
        return Read(world, key.Cluster, key.Kind, json);
    }

    /// <summary>An object as the server would show it.</summary>
    public static World Read(World world, ClusterSide cluster, ResourceKind kind, JsonObject json)
    {
        using var document = JsonDocument.Parse(json.ToJsonString());
        return world.With(cluster, kind, kind.Read(document.RootElement));
    }

    private static World Deleted(World world, ObjectKey key, bool atOnce)
    {
        var held = world.Find(key)?.Metadata.Finalizers is { Count: > 0 } || key.Kind == Kinds.Namespace;
        return held && !atOnce
            ? Merged(world, key, Patch("""{"metadata":{"deletionTimestamp":"2030-01-01T00:00:00Z"}}"""))
            : world.Without(key);
    }

    private static World Released(World world, ObjectKey key, int index, string finalizer)
    {
        var there = world.Find(key).ShouldNotBeNull();
        List<string> held = [.. there.Metadata.Finalizers.ShouldNotBeNull()];
        held[index].ShouldBe(finalizer);
        held.RemoveAt(index);
        if (held.Count == 0 && there.IsGoing)
        {
            return world.Without(key);
        }

        JsonArray left = [.. held.Select(f => (JsonNode)f)];
        return Merged(world, key, new JsonObject { ["metadata"] = new JsonObject { ["finalizers"] = left } });
    }

    public static JsonObject Patch(string json) => JsonNode.Parse(json)!.AsObject();

    /// <summary>RFC 7396.</summary>
    private static void Merge(JsonObject target, JsonObject patch)
    {
        foreach (var (name, value) in patch)
        {
            if (value is null)
            {
                target.Remove(name);
            }
            else if (value is JsonObject inner && target[name] is JsonObject there)
            {
                Merge(there, inner);
            }
            else
            {
                target[name] = value.DeepClone();
            }
        }
    }
}

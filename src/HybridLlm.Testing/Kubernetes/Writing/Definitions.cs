using System.Text.Json.Nodes;
using HybridLlm.Testing.Kubernetes.Kinds;
using HybridLlm.Testing.Kubernetes.Objects;
using HybridLlm.Testing.Kubernetes.Storage;

namespace HybridLlm.Testing.Kubernetes.Writing;

/// <summary>CustomResourceDefinitions take effect the moment they are written.</summary>
internal static class Definitions
{
    /// <summary>Serves a definition's kinds, and says so in its status.</summary>
    /// <returns>The object as it is then.</returns>
    public static StoredObject AfterWrite(ClusterState cluster, ResourceKind kind, StoredObject stored)
    {
        if (kind.Resource != BuiltInKinds.Definitions)
        {
            return stored;
        }

        var definition = stored.Open();
        cluster.Kinds.Define(definition);
        var before = definition.Copy();
        SetStatus(definition, cluster.NowText);
        return JsonNode.DeepEquals(before, definition)
            ? stored
            : cluster.Store.TryWrite(kind.Resource, stored, definition) ?? stored;
    }

    public static void AfterRemoval(ClusterState cluster, ResourceKind kind, StoredObject removed)
    {
        if (kind.Resource == BuiltInKinds.Definitions)
        {
            cluster.Kinds.Forget(removed.Open());
        }
    }

    private static void SetStatus(JsonObject definition, string now)
    {
        var status = definition.Make("status");
        status["acceptedNames"] = definition.ObjectAt("spec", "names")!.DeepClone();
        if (!status.ObjectsAt("conditions").Any())
        {
            status["conditions"] = new JsonArray(
                Condition("NamesAccepted", "NoConflicts", "no conflicts found", now),
                Condition("Established", "InitialNamesAccepted", "the initial names have been accepted", now)
            );
        }
    }

    private static JsonObject Condition(string type, string reason, string message, string now) =>
        new()
        {
            ["type"] = type,
            ["status"] = "True",
            ["lastTransitionTime"] = now,
            ["reason"] = reason,
            ["message"] = message,
        };
}

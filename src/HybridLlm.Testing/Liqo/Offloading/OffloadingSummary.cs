using System.Text.Json.Nodes;
using HybridLlm.Testing.Kubernetes.Objects;

namespace HybridLlm.Testing.Liqo.Offloading;

/// <summary>The status of a NamespaceOffloading: two conditions a provider, and what follows from all of them.</summary>
internal static class OffloadingSummary
{
    public static JsonObject Of(
        JsonObject offloading,
        IReadOnlyList<(JsonObject Map, bool Required)> maps,
        string remoteName,
        string now
    )
    {
        JsonObject entries = [];
        foreach (var (map, isRequired) in maps)
        {
            var phase = map.TextAt("status", "currentMapping", offloading.Namespace(), "phase");
            if (isRequired || phase is not null)
            {
                var before = offloading.ObjectsAt("status", "remoteNamespacesConditions", map.Name()).ToList();
                entries[map.Name()] = new JsonArray(Required(isRequired, before, now), Ready(phase, before, now));
            }
        }

        JsonObject status = new()
        {
            ["observedGeneration"] = offloading["metadata"]!["generation"]!.DeepClone(),
            ["offloadingPhase"] = Phase(offloading, maps),
            ["remoteNamespaceName"] = remoteName,
        };
        if (entries.Count > 0)
        {
            status["remoteNamespacesConditions"] = entries;
        }

        return status;
    }

    private static string Phase(JsonObject offloading, IReadOnlyList<(JsonObject Map, bool Required)> maps)
    {
        if (offloading.IsDeleting())
        {
            return "Terminating";
        }

        List<string?> phases =
        [
            .. maps.Where(m => m.Required)
                .Select(m => m.Map.TextAt("status", "currentMapping", offloading.Namespace(), "phase")),
        ];
        var failed = phases.Count(p => p == "CreationLoopBackOff");
        return phases.Count == 0 ? "NoClusterSelected"
            : phases.All(p => p == "Accepted") ? "Ready"
            : failed == phases.Count ? "AllFailed"
            : failed > 0 ? "SomeFailed"
            : "InProgress";
    }

    private static JsonObject Required(bool isRequired, List<JsonObject> before, string now) =>
        isRequired
            ? Condition(
                "OffloadingRequired",
                true,
                "ClusterSelected",
                "The remote cluster has been selected through the ClusterSelector field",
                before,
                now
            )
            : Condition(
                "OffloadingRequired",
                false,
                "ClusterNotSelected",
                "The remote cluster has not been selected through the ClusterSelector field",
                before,
                now
            );

    private static JsonObject Ready(string? phase, List<JsonObject> before, string now)
    {
        var (reason, message) = phase switch
        {
            "Accepted" => ("NamespaceCreated", "Namespace correctly offloaded to the remote cluster"),
            "CreationLoopBackOff" => ("CreationLoopBackOff", "Some problems occurred during remote namespace creation"),
            "Terminating" => ("Terminating", "The remote namespace is being deleted"),
            _ => ("Creating", "The remote namespace is being created"),
        };
        return Condition("Ready", phase == "Accepted", reason, message, before, now);
    }

    private static JsonObject Condition(
        string type,
        bool value,
        string reason,
        string message,
        List<JsonObject> before,
        string now
    )
    {
        var status = value ? "True" : "False";
        var same = before.Find(c => c.TextAt("type") == type && c.TextAt("status") == status);
        return new JsonObject
        {
            ["lastTransitionTime"] = same.TextAt("lastTransitionTime") ?? now,
            ["message"] = message,
            ["reason"] = reason,
            ["status"] = status,
            ["type"] = type,
        };
    }
}

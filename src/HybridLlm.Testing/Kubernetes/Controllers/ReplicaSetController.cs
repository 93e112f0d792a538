using System.Text.Json.Nodes;
using HybridLlm.Testing.Kubernetes.Objects;
using HybridLlm.Testing.Kubernetes.Serving;

namespace HybridLlm.Testing.Kubernetes.Controllers;

/// <summary>Keeps as many pods as each ReplicaSet wants.</summary>
internal sealed class ReplicaSetController(ClusterState cluster) : IController
{
    private readonly ClusterClient _client = new(cluster, "kube-controller-manager");

    public DateTimeOffset? Reconcile()
    {
        var pods = _client.List("v1", "Pod");
        foreach (var set in _client.List("apps/v1", "ReplicaSet").Where(s => !s.IsDeleting()))
        {
            Reconcile(set, [.. pods.Where(p => Owner.Is(p, set) && IsActive(p))]);
        }

        return null;
    }

    private void Reconcile(JsonObject set, List<JsonObject> pods)
    {
        var wanted = (int)(set.NumberAt("spec", "replicas") ?? 1);
        for (var missing = wanted - pods.Count; missing > 0; missing--)
        {
            pods.Add(_client.Create(NewPod(set)));
        }

        foreach (var surplus in pods.OrderByDescending(IsReady).ThenBy(p => p.ResourceVersion()).Skip(wanted).ToList())
        {
            _client.Delete(surplus);
            pods.Remove(surplus);
        }

        WriteStatus(set, pods);
    }

    private void WriteStatus(JsonObject set, List<JsonObject> pods)
    {
        var before = set.Copy();
        var ready = pods.Count(IsReady);
        var status = set.Make("status");
        status["observedGeneration"] = set.NumberAt("metadata", "generation");
        status["replicas"] = pods.Count;
        Replicas.SetOrRemove(status, "fullyLabeledReplicas", pods.Count);
        Replicas.SetOrRemove(status, "readyReplicas", ready);
        Replicas.SetOrRemove(status, "availableReplicas", ready);
        if (!JsonNode.DeepEquals(before, set))
        {
            _client.UpdateStatus(set);
        }
    }

    private static bool IsActive(JsonObject pod) =>
        !pod.IsDeleting() && pod.TextAt("status", "phase") is not ("Succeeded" or "Failed");

    private static bool IsReady(JsonObject pod) => Conditions.IsTrue(pod, "Ready");

    private static JsonObject NewPod(JsonObject set)
    {
        var template = set.ObjectAt("spec", "template")!;
        var metadata = template.ObjectAt("metadata")?.Copy() ?? [];
        metadata["namespace"] = set.Namespace();
        metadata["generateName"] = set.Name() + "-";
        metadata["ownerReferences"] = new JsonArray(Owner.Reference(set));
        return new JsonObject
        {
            ["apiVersion"] = "v1",
            ["kind"] = "Pod",
            ["metadata"] = metadata,
            ["spec"] = template["spec"]!.DeepClone(),
        };
    }
}

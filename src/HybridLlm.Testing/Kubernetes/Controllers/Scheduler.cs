using System.Text.Json.Nodes;
using HybridLlm.Testing.Kubernetes.Nodes;
using HybridLlm.Testing.Kubernetes.Objects;
using HybridLlm.Testing.Kubernetes.Serving;

namespace HybridLlm.Testing.Kubernetes.Controllers;

/// <summary>Binds pods to nodes that admit them: selectors, required affinity, taints and resources. The emptiest node wins.</summary>
internal sealed class Scheduler(ClusterState cluster) : IController
{
    private readonly ClusterClient _client = new(cluster, "kube-scheduler");

    public DateTimeOffset? Reconcile()
    {
        var nodes = _client.List("v1", "Node");
        var pods = _client.List("v1", "Pod").ToList();
        foreach (var pod in pods.Where(IsWaiting).ToList())
        {
            Place(pod, nodes, pods);
        }

        return null;
    }

    private static bool IsWaiting(JsonObject pod) =>
        pod.TextAt("spec", "nodeName") is null or ""
        && !pod.IsDeleting()
        && pod.TextAt("spec", "schedulerName") == "default-scheduler"
        && pod.TextAt("status", "phase") == "Pending";

    private void Place(JsonObject pod, IReadOnlyList<JsonObject> nodes, List<JsonObject> pods)
    {
        var judged = nodes.Select(n => (Node: n, Reason: NodeFit.WhyNot(pod, n, PodsOn(n, pods)))).ToList();
        var best = judged
            .Where(j => j.Reason is null)
            .OrderBy(j => PodsOn(j.Node, pods).Count)
            .ThenBy(j => j.Node.Name(), StringComparer.Ordinal)
            .Select(j => j.Node)
            .FirstOrDefault();
        var before = pod.Copy();
        if (best is not null)
        {
            _client.Bind(pod, best.Name());
            _client.Change(
                pod,
                "status",
                p => Conditions.Set(p.Make("status"), "PodScheduled", true, "", "", cluster.NowText)
            );
            return;
        }

        var reasons = judged
            .GroupBy(j => j.Reason)
            .OrderBy(g => g.Key, StringComparer.Ordinal)
            .Select(g => $"{g.Count()} {g.Key}");
        var words =
            nodes.Count == 0
                ? "no nodes available to schedule pods"
                : $"0/{nodes.Count} nodes are available: {string.Join(", ", reasons)}.";
        Conditions.Set(pod.Make("status"), "PodScheduled", false, "Unschedulable", words, cluster.NowText);
        if (!JsonNode.DeepEquals(before, pod))
        {
            _client.UpdateStatus(pod);
            new Recorder(_client, "default-scheduler").Warning(pod, "FailedScheduling", words);
        }
    }

    private static List<JsonObject> PodsOn(JsonObject node, List<JsonObject> pods) =>
        [
            .. pods.Where(p =>
                p.TextAt("spec", "nodeName") == node.Name()
                && p.TextAt("status", "phase") is not ("Succeeded" or "Failed")
            ),
        ];
}

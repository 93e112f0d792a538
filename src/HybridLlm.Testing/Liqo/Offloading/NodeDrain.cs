using System.Text.Json.Nodes;
using HybridLlm.Testing.Kubernetes.Objects;

namespace HybridLlm.Testing.Liqo.Offloading;

/// <summary>
/// Empties the Node of a virtual node that is deleted. How the pods go is decided once, when it begins: later it only looks, every 10 s,
/// whether they have gone. So a drain that began before its provider was given up waits for ever.
/// </summary>
internal sealed class NodeDrain(LiqoContext context)
{
    private const string Unschedulable = "node.kubernetes.io/unschedulable";
    private static readonly TimeSpan s_period = TimeSpan.FromSeconds(10);

    private readonly Dictionary<string, DateTimeOffset> _next = new(StringComparer.Ordinal);

    private readonly Dictionary<string, bool> _isForced = new(StringComparer.Ordinal);

    /// <summary>When to look again; null when the Node is empty.</summary>
    public DateTimeOffset? Advance(JsonObject virtualNode)
    {
        var client = context.Client;
        if (client.Find("v1", "Node", "", virtualNode.Name()) is not { } node)
        {
            return null;
        }

        var pods = client.List("v1", "Pod").Where(p => p.TextAt("spec", "nodeName") == node.Name()).ToList();
        if (_next.TryGetValue(virtualNode.Uid(), out var next))
        {
            if (next > context.Now)
            {
                return next;
            }
        }
        else
        {
            Cordon(node);
            _isForced[virtualNode.Uid()] = context.IsDead(virtualNode.TextAt("spec", "clusterID")!);
        }

        Evict(pods, _isForced[virtualNode.Uid()]);
        if (pods.Count == 0)
        {
            _next.Remove(virtualNode.Uid());
            return null;
        }

        return _next[virtualNode.Uid()] = context.Now + s_period;
    }

    private void Cordon(JsonObject node)
    {
        var spec = node.Make("spec");
        spec["unschedulable"] = true;
        if (node.ObjectsAt("spec", "taints").All(t => t.TextAt("key") != Unschedulable))
        {
            JsonNode taint = new JsonObject
            {
                ["effect"] = "NoSchedule",
                ["key"] = Unschedulable,
                ["timeAdded"] = context.NowText,
            };
            spec["taints"] = new JsonArray([.. node.ObjectsAt("spec", "taints").Select(t => t.Copy()), taint]);
        }

        context.Client.Update(node);
    }

    private void Evict(List<JsonObject> pods, bool isForced)
    {
        foreach (var pod in pods.Where(p => !p.IsDeleting() && (isForced || !IsProtected(p))))
        {
            context.Client.Delete(pod, isForced ? 0 : null);
        }
    }

    /// <summary>Whether a budget allows none of its pods to go: the eviction is refused, and tried again later.</summary>
    private bool IsProtected(JsonObject pod) =>
        context
            .Client.List("policy/v1", "PodDisruptionBudget", pod.Namespace())
            .Any(b =>
                b.MapAt("spec", "selector", "matchLabels").All(l => pod.Label(l.Key) == l.Value)
                && b.ObjectAt("spec")?["maxUnavailable"]?.ToString() is "0" or "0%"
            );
}

using System.Text.Json.Nodes;
using HybridLlm.Testing.Kubernetes.Objects;

namespace HybridLlm.Testing.Liqo.Offloading;

/// <summary>
/// Empties the Node of a virtual node that is deleted. How the pods go is decided once, when it begins: later it only looks, every 10 s,
/// whether they have gone. So a drain that began before its provider was given up waits for ever.
/// </summary>
internal sealed class NodeDrain(LiqoContext context)
{
    private static readonly TimeSpan s_period = TimeSpan.FromSeconds(10);

    private readonly Dictionary<string, DateTimeOffset> _next = new(StringComparer.Ordinal);

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
            Evict(pods, context.IsDead(virtualNode.TextAt("spec", "clusterID")!));
        }

        if (pods.Count == 0)
        {
            _next.Remove(virtualNode.Uid());
            return null;
        }

        return _next[virtualNode.Uid()] = context.Now + s_period;
    }

    private void Cordon(JsonObject node)
    {
        node.Make("spec")["unschedulable"] = true;
        context.Client.Update(node);
    }

    private void Evict(List<JsonObject> pods, bool isDead)
    {
        foreach (var pod in pods)
        {
            context.Client.Delete(pod, isDead ? 0 : null);
        }
    }
}

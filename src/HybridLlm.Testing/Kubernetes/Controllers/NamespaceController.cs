using System.Text.Json.Nodes;
using HybridLlm.Testing.Kubernetes.Objects;
using HybridLlm.Testing.Kubernetes.Serving;

namespace HybridLlm.Testing.Kubernetes.Controllers;

/// <summary>
/// Empties namespaces that are deleted: looks every 5 s, pods first, other content only when no pod is left, and lets the namespace
/// go when it is empty.
/// </summary>
internal sealed class NamespaceController(ClusterState cluster) : IController
{
    private static readonly TimeSpan s_period = TimeSpan.FromSeconds(5);

    private readonly ClusterClient _client = new(cluster, "namespace-controller");
    private readonly Dictionary<string, DateTimeOffset> _next = new(StringComparer.Ordinal);

    public DateTimeOffset? Reconcile()
    {
        DateTimeOffset? first = null;
        foreach (var ns in _client.List("v1", "Namespace").Where(n => n.IsDeleting()))
        {
            if (!_next.TryGetValue(ns.Uid(), out var due))
            {
                _next[ns.Uid()] = due = cluster.Now + s_period;
            }

            if (due <= cluster.Now)
            {
                _next[ns.Uid()] = due = cluster.Now + s_period;
                Empty(ns);
            }

            first = first < due ? first : due;
        }

        return first;
    }

    private void Empty(JsonObject ns)
    {
        var pods = _client.List("v1", "Pod", ns.Name());
        if (pods.Count > 0)
        {
            Delete(pods);
            return;
        }

        Delete(Content(ns.Name()));
        if (Content(ns.Name()).Count == 0)
        {
            var emptied = ns.Copy();
            emptied.Make("spec")["finalizers"] = new JsonArray();
            _client.Update(emptied, "finalize");
            _next.Remove(ns.Uid());
        }
    }

    private IReadOnlyList<JsonObject> Content(string ns) =>
        [
            .. cluster
                .Kinds.All.Where(k => k.IsNamespaced)
                .SelectMany(k => _client.List(k.ApiVersion, k.Kind, ns))
                .DistinctBy(o => o.Uid()),
        ];

    private void Delete(IEnumerable<JsonObject> objects)
    {
        foreach (var o in objects.Where(o => !o.IsDeleting()))
        {
            _client.Delete(o);
        }
    }
}

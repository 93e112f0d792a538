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
        Delete(pods.Count > 0 ? pods : Content(ns.Name()));
        var left = Content(ns.Name());
        if (left.Count > 0)
        {
            Tell(ns, left);
        }
        else
        {
            var emptied = ns.Copy();
            emptied.Make("spec")["finalizers"] = new JsonArray();
            _client.Update(emptied, "finalize");
            _next.Remove(ns.Uid());
        }
    }

    private void Tell(JsonObject ns, IReadOnlyList<JsonObject> left)
    {
        var kinds = Counted(left, o => $"{o.TextAt("kind")} {o.TextAt("apiVersion")}", g => $"{PluralOf(g)} has");
        var holders = Counted(left.SelectMany(o => o.Finalizers()), f => f, g => $"{g.Key} in");
        (string Type, bool Value, string Reason, string Message)[] conditions =
        [
            (
                "NamespaceDeletionDiscoveryFailure",
                false,
                "ResourcesDiscovered",
                "All resources successfully discovered"
            ),
            (
                "NamespaceDeletionGroupVersionParsingFailure",
                false,
                "ParsedGroupVersions",
                "All legacy kube types successfully parsed"
            ),
            (
                "NamespaceDeletionContentFailure",
                false,
                "ContentDeleted",
                "All content successfully deleted, may be waiting on finalization"
            ),
            ("NamespaceContentRemaining", true, "SomeResourcesRemain", $"Some resources are remaining: {kinds}"),
            holders.Length > 0
                ? (
                    "NamespaceFinalizersRemaining",
                    true,
                    "SomeFinalizersRemain",
                    $"Some content in the namespace has finalizers remaining: {holders}"
                )
                : (
                    "NamespaceFinalizersRemaining",
                    false,
                    "ContentHasNoFinalizers",
                    "All content-preserving finalizers finished"
                ),
        ];
        _client.Change(
            ns,
            "status",
            n =>
            {
                foreach (var (type, value, reason, message) in conditions)
                {
                    Conditions.Set(n.Make("status"), type, value, reason, message, cluster.NowText);
                }
            }
        );
    }

    private static string Counted<T>(
        IEnumerable<T> found,
        Func<T, string> key,
        Func<IGrouping<string, T>, string> words
    ) =>
        string.Join(
            ", ",
            found.GroupBy(key).Select(g => $"{words(g)} {g.Count()} resource instances").Order(StringComparer.Ordinal)
        );

    /// <summary>As <c>virtualnodes.offloading.liqo.io</c> or, of the core group, <c>secrets.</c>.</summary>
    private string PluralOf(IEnumerable<JsonObject> objects)
    {
        var first = objects.First();
        var kind = cluster.Kinds.FindByKind(first.TextAt("apiVersion")!, first.TextAt("kind")!)!;
        return $"{kind.Plural}.{kind.Group}";
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

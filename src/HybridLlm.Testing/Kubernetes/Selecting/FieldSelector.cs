using System.Text.Json;
using HybridLlm.Testing.Kubernetes.Kinds;
using HybridLlm.Testing.Kubernetes.Serving;
using HybridLlm.Testing.Kubernetes.Storage;

namespace HybridLlm.Testing.Kubernetes.Selecting;

/// <summary>A field selector as it stands in a query; each kind knows only a few fields.</summary>
internal sealed class FieldSelector
{
    private static readonly Dictionary<string, string[]> s_fields = new(StringComparer.Ordinal)
    {
        ["pods"] =
        [
            "spec.nodeName",
            "spec.restartPolicy",
            "spec.schedulerName",
            "spec.serviceAccountName",
            "status.phase",
        ],
        ["events"] =
        [
            "involvedObject.kind",
            "involvedObject.namespace",
            "involvedObject.name",
            "involvedObject.uid",
            "involvedObject.apiVersion",
            "involvedObject.resourceVersion",
            "involvedObject.fieldPath",
            "reason",
            "type",
        ],
        ["secrets"] = ["type"],
        ["namespaces"] = ["status.phase"],
        ["nodes"] = ["spec.unschedulable"],
        ["certificatesigningrequests.certificates.k8s.io"] = ["spec.signerName"],
    };

    private readonly List<(string[] Path, string Value, bool Equal)> _terms = [];

    public static FieldSelector Everything { get; } = new();

    /// <summary>The one name the selector asks for; null when it asks for none. Access rules see it.</summary>
    public string? Name => _terms.FirstOrDefault(t => t.Equal && t.Path is ["metadata", "name"]).Value;

    /// <summary>Reads one, e.g. <c>metadata.name=x,spec.nodeName!=y</c>.</summary>
    /// <exception cref="ApiFailure">400 when it cannot be read or the kind has no such field.</exception>
    public static FieldSelector Parse(string text, ResourceKind kind)
    {
        FieldSelector selector = new();
        foreach (var term in text.Split(',', StringSplitOptions.RemoveEmptyEntries))
        {
            var at = term.IndexOf('=', StringComparison.Ordinal);
            if (at <= 0)
            {
                throw ApiFailure.BadRequest($"invalid selector: '{text}'; can't understand '{term}'");
            }

            var equal = term[at - 1] != '!';
            var field = equal ? term[..at] : term[..(at - 1)];
            if (!Knows(kind, field))
            {
                throw ApiFailure.BadRequest(
                    s_fields.ContainsKey(kind.Resource)
                        ? $"field label not supported: {field}"
                        : $"\"{field}\" is not a known field selector: only \"metadata.name\", \"metadata.namespace\""
                );
            }

            selector._terms.Add((field.Split('.'), term[(at + 1)..].TrimStart('='), equal));
        }

        return selector;
    }

    public bool Matches(StoredObject candidate) =>
        _terms.All(t => (Read(candidate.Root, t.Path) == t.Value) == t.Equal);

    private static bool Knows(ResourceKind kind, string field) =>
        field == "metadata.name"
        || (field == "metadata.namespace" && kind.IsNamespaced)
        || (s_fields.TryGetValue(kind.Resource, out var fields) && fields.Contains(field));

    private static string Read(JsonElement element, string[] path)
    {
        foreach (var name in path)
        {
            if (element.ValueKind != JsonValueKind.Object || !element.TryGetProperty(name, out element))
            {
                return "";
            }
        }

        return element.ToString();
    }
}

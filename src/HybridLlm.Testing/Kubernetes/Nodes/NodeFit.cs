using System.Globalization;
using System.Text.Json.Nodes;
using HybridLlm.Testing.Kubernetes.Controllers;
using HybridLlm.Testing.Kubernetes.Objects;

namespace HybridLlm.Testing.Kubernetes.Nodes;

/// <summary>Whether a node admits a pod.</summary>
internal static class NodeFit
{
    /// <summary>Null when it does, else the reason in the scheduler's words.</summary>
    public static string? WhyNot(JsonObject pod, JsonObject node, IReadOnlyList<JsonObject> podsOnNode)
    {
        if (!Conditions.IsTrue(node, "Ready"))
        {
            return "node(s) were not ready";
        }

        if (node.IsTrueAt("spec", "unschedulable"))
        {
            return "node(s) were unschedulable";
        }

        if (!Selected(pod, node))
        {
            return "node(s) didn't match Pod's node affinity/selector";
        }

        if (Untolerated(pod, node) is { } taint)
        {
            return $"node(s) had untolerated taint {{{taint.TextAt("key")}: {taint.TextAt("value")}}}";
        }

        return Missing(pod, node, podsOnNode) is { } resource ? $"Insufficient {resource}" : null;
    }

    /// <summary>Whether the labels of a node match a node selector: its terms are alternatives.</summary>
    public static bool Matches(JsonObject nodeSelector, IReadOnlyDictionary<string, string> labels) =>
        nodeSelector
            .ObjectsAt("nodeSelectorTerms")
            .Any(t =>
                t.ObjectsAt("matchExpressions").Any() && t.ObjectsAt("matchExpressions").All(e => Holds(e, labels))
            );

    private static bool Selected(JsonObject pod, JsonObject node)
    {
        var labels = node.MapAt("metadata", "labels");
        var required = pod.ObjectAt(
            "spec",
            "affinity",
            "nodeAffinity",
            "requiredDuringSchedulingIgnoredDuringExecution"
        );
        return pod.MapAt("spec", "nodeSelector").All(s => labels.GetValueOrDefault(s.Key) == s.Value)
            && (required is null || Matches(required, labels));
    }

    private static bool Holds(JsonObject expression, IReadOnlyDictionary<string, string> labels)
    {
        var found = labels.GetValueOrDefault(expression.TextAt("key") ?? "");
        var values = expression.TextsAt("values");
        return expression.TextAt("operator") switch
        {
            "In" => found is not null && values.Contains(found),
            "NotIn" => found is null || !values.Contains(found),
            "Exists" => found is not null,
            "DoesNotExist" => found is null,
            "Gt" => values is [var least] && Number(found) > Number(least),
            "Lt" => values is [var most] && Number(found) < Number(most),
            _ => false,
        };
    }

    private static long? Number(string? text) =>
        long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var n) ? n : null;

    private static JsonObject? Untolerated(JsonObject pod, JsonObject node) =>
        node.ObjectsAt("spec", "taints")
            .Where(t => t.TextAt("effect") is "NoSchedule" or "NoExecute")
            .FirstOrDefault(t => !pod.ObjectsAt("spec", "tolerations").Any(o => Tolerates(o, t)));

    private static bool Tolerates(JsonObject toleration, JsonObject taint)
    {
        var (key, effect) = (toleration.TextAt("key") ?? "", toleration.TextAt("effect") ?? "");
        var exists = toleration.TextAt("operator") == "Exists";
        return (key.Length == 0 ? exists : key == taint.TextAt("key"))
            && (effect.Length == 0 || effect == taint.TextAt("effect"))
            && (exists || (toleration.TextAt("value") ?? "") == (taint.TextAt("value") ?? ""));
    }

    private static string? Missing(JsonObject pod, JsonObject node, IReadOnlyList<JsonObject> podsOnNode) =>
        Requests(pod)
            .Where(r => r.Amount > 0)
            .Where(r =>
                Quantities.Read(node.At("status", "allocatable", r.Name)) - podsOnNode.Sum(p => Requested(p, r.Name))
                < r.Amount
            )
            .Select(r => r.Name)
            .FirstOrDefault();

    private static IEnumerable<(string Name, decimal Amount)> Requests(JsonObject pod) =>
        pod.ObjectsAt("spec", "containers")
            .SelectMany(c => c.ObjectAt("resources", "requests") ?? [])
            .Select(r => r.Key)
            .Distinct()
            .Select(name => (name, Requested(pod, name)));

    private static decimal Requested(JsonObject pod, string resource) =>
        pod.ObjectsAt("spec", "containers").Sum(c => Quantities.Read(c.At("resources", "requests", resource)));
}

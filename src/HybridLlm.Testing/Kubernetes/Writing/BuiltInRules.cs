using System.Buffers.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using HybridLlm.Testing.Kubernetes.Kinds;
using HybridLlm.Testing.Kubernetes.Objects;
using HybridLlm.Testing.Kubernetes.Serving;

namespace HybridLlm.Testing.Kubernetes.Writing;

/// <summary>Rules of the built-in kinds, those a client of this library can run into.</summary>
internal static class BuiltInRules
{
    /// <summary>Faults a typed server finds while it decodes, before anything else.</summary>
    /// <exception cref="ApiFailure">400.</exception>
    public static void CheckTypes(JsonObject o, ResourceKind kind)
    {
        if (kind.Kind is not ("Secret" or "ConfigMap"))
        {
            return;
        }

        foreach (var (key, value) in o.ObjectAt("data") ?? [])
        {
            if (value is not null && value.GetValueKind() != JsonValueKind.String)
            {
                throw Undecodable(
                    kind,
                    $"ReadString: expects \" or n, but found {value.ToJsonString()[0]} in key {key}"
                );
            }

            if (kind.Kind == "Secret" && !Base64.IsValid(value?.GetValue<string>()))
            {
                throw Undecodable(kind, $"decode base64: illegal base64 data in key {key}");
            }
        }
    }

    public static IEnumerable<FieldFault> Judge(JsonObject o, ResourceKind kind) =>
        kind.Kind switch
        {
            "Deployment" or "ReplicaSet" or "StatefulSet" or "DaemonSet" => JudgeWorkload(o),
            "Pod" when !o.ObjectsAt("spec", "containers").Any() => [FieldFault.Required("spec.containers")],
            "Node" => JudgeTaints(o),
            "CertificateSigningRequest" => JudgeSigningRequest(o),
            "CustomResourceDefinition" => JudgeDefinition(o),
            _ => [],
        };

    public static IEnumerable<FieldFault> JudgeUpdate(JsonObject before, JsonObject after, ResourceKind kind) =>
        kind.Kind switch
        {
            // Once more, as the real one does.
            "Node" => JudgeTaints(after),
            "Secret" => Unchanged(before, after, "type"),
            "RoleBinding" or "ClusterRoleBinding" => RoleUnchanged(before, after),
            "Deployment" or "ReplicaSet" => Unchanged(before, after, "spec", "selector"),
            "Service"
                when before.TextAt("spec", "clusterIP") is { Length: > 0 } had
                    && after.TextAt("spec", "clusterIP") != had =>
            [
                FieldFault.Invalid(
                    "spec.clusterIPs[0]",
                    $"[]string{{\"{after.TextAt("spec", "clusterIP")}\"}}",
                    "may not change once set"
                ),
            ],
            "Pod" when before.TextAt("spec", "nodeName") is { } node && after.TextAt("spec", "nodeName") != node =>
            [
                FieldFault.Forbidden(
                    "spec",
                    "pod updates may not change fields other than `spec.containers[*].image`,`spec.initContainers[*].image`,"
                        + "`spec.activeDeadlineSeconds`,`spec.tolerations` (only additions to existing tolerations),"
                        + "`spec.terminationGracePeriodSeconds` (allow it to be set to 1 if it was previously negative)"
                ),
            ],
            _ => [],
        };

    private static ApiFailure Undecodable(ResourceKind kind, string why) =>
        ApiFailure.BadRequest(
            $"{kind.Kind} in version \"{kind.Version}\" cannot be handled as a {kind.Kind}: {kind.Version}.{kind.Kind}.Data: {why}"
        );

    private static IEnumerable<FieldFault> JudgeWorkload(JsonObject o)
    {
        var selector = o.MapAt("spec", "selector", "matchLabels");
        var labels = o.MapAt("spec", "template", "metadata", "labels");
        if (o.ObjectAt("spec", "selector") is null)
        {
            yield return FieldFault.Required("spec.selector");
        }

        if (selector.Count == 0 || selector.Any(s => labels.GetValueOrDefault(s.Key) != s.Value))
        {
            var words = string.Join(", ", labels.Select(l => $"\"{l.Key}\":\"{l.Value}\""));
            yield return FieldFault.Invalid(
                "spec.template.metadata.labels",
                labels.Count == 0 ? "map[string]string(nil)" : $"map[string]string{{{words}}}",
                "`selector` does not match template `labels`"
            );
        }

        if (!o.ObjectsAt("spec", "template", "spec", "containers").Any())
        {
            yield return FieldFault.Required("spec.template.spec.containers");
        }
    }

    private static IEnumerable<FieldFault> JudgeTaints(JsonObject o)
    {
        HashSet<(string?, string?)> seen = [];
        foreach (var (i, taint) in o.ObjectsAt("spec", "taints").Index())
        {
            var (key, effect) = (taint.TextAt("key"), taint.TextAt("effect"));
            if (!seen.Add((key, effect)))
            {
                yield return FieldFault.Duplicate(
                    $"metadata.taints[{i}]",
                    $"{{\"Key\":\"{key}\",\"Value\":\"{taint.TextAt("value")}\",\"Effect\":\"{effect}\"}}",
                    "taints must be unique by key and effect pair"
                );
            }
        }
    }

    private static IEnumerable<FieldFault> JudgeSigningRequest(JsonObject o)
    {
        var request = o.TextAt("spec", "request") ?? "";
        if (!Base64.IsValid(request) || !Pem(request).Contains("BEGIN CERTIFICATE REQUEST", StringComparison.Ordinal))
        {
            yield return FieldFault.Invalid(
                "spec.request",
                "[]byte{...}",
                "PEM block type must be CERTIFICATE REQUEST"
            );
        }

        if (o.TextsAt("spec", "usages").Count == 0)
        {
            yield return FieldFault.Required("spec.usages", "usages must be provided");
        }

        if (o.TextAt("spec", "signerName") is null)
        {
            yield return FieldFault.Required("spec.signerName");
        }
    }

    private static IEnumerable<FieldFault> JudgeDefinition(JsonObject o)
    {
        var wanted = $"{o.TextAt("spec", "names", "plural")}.{o.TextAt("spec", "group")}";
        if (o.Name() != wanted)
        {
            yield return FieldFault.InvalidText(
                "metadata.name",
                o.Name(),
                "must be spec.names.plural+\".\"+spec.group"
            );
        }
    }

    private static IEnumerable<FieldFault> Unchanged(JsonObject before, JsonObject after, params string[] path)
    {
        if (!JsonNode.DeepEquals(before.At(path), after.At(path)))
        {
            yield return FieldFault.Immutable(string.Join('.', path), after.At(path)?.ToJsonString() ?? "null");
        }
    }

    private static IEnumerable<FieldFault> RoleUnchanged(JsonObject before, JsonObject after)
    {
        if (!JsonNode.DeepEquals(before["roleRef"], after["roleRef"]))
        {
            yield return FieldFault.Invalid(
                "roleRef",
                after["roleRef"]?.ToJsonString() ?? "null",
                "cannot change roleRef"
            );
        }
    }

    private static string Pem(string base64) => System.Text.Encoding.UTF8.GetString(Convert.FromBase64String(base64));
}

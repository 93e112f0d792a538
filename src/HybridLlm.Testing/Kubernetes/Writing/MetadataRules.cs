using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using HybridLlm.Testing.Kubernetes.Kinds;
using HybridLlm.Testing.Kubernetes.Objects;
using HybridLlm.Testing.Kubernetes.Serving;

namespace HybridLlm.Testing.Kubernetes.Writing;

/// <summary>Judges the metadata of an object, in the words of the API server.</summary>
internal static partial class MetadataRules
{
    private const string SubdomainWords =
        "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with "
        + "an alphanumeric character (e.g. 'example.com', regex used for validation is "
        + @"'[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')";
    private const string LabelNameWords =
        "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an "
        + "alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?')";
    private const string KeyWords =
        "name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character "
        + "(e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')";
    private const string ValueWords =
        "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with "
        + "an alphanumeric character (e.g. 'MyValue',  or 'my_value',  or '12345', regex used for validation is "
        + "'(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?')";

    public static IEnumerable<FieldFault> Judge(JsonObject o, ResourceKind kind) =>
        [.. JudgeName(o.Name(), kind), .. JudgeLabels(o), .. JudgeOwners(o)];

    public static IEnumerable<FieldFault> JudgeUpdate(JsonObject before, JsonObject after)
    {
        var added = before.IsDeleting() ? after.Finalizers().Except(before.Finalizers()).ToList() : [];
        if (added.Count > 0)
        {
            var list = string.Join(", ", added.Select(f => $"\"{f}\""));
            yield return FieldFault.Forbidden(
                "metadata.finalizers",
                "no new finalizers can be added if the object is being deleted, found new finalizers "
                    + $"[]string{{{list}}}"
            );
        }
    }

    private static IEnumerable<FieldFault> JudgeName(string name, ResourceKind kind)
    {
        const string field = "metadata.name";
        if (name.Length == 0)
        {
            yield return FieldFault.Required(field, "name or generateName is required");
        }
        else if (kind.Group == "rbac.authorization.k8s.io")
        {
            if (name is "." or ".." || name.AsSpan().ContainsAny('/', '%'))
            {
                yield return FieldFault.InvalidText(
                    field,
                    name,
                    "may not be '.' or '..' and may not contain '/' or '%'"
                );
            }
        }
        else if (kind.Resource is BuiltInKinds.Namespaces or "services")
        {
            if (!Label().IsMatch(name))
            {
                yield return FieldFault.InvalidText(field, name, LabelNameWords);
            }
            else if (name.Length > 63)
            {
                yield return FieldFault.InvalidText(field, name, "must be no more than 63 characters");
            }
        }
        else if (!Subdomain().IsMatch(name))
        {
            yield return FieldFault.InvalidText(field, name, SubdomainWords);
        }
        else if (name.Length > 253)
        {
            yield return FieldFault.InvalidText(field, name, "must be no more than 253 characters");
        }
    }

    private static IEnumerable<FieldFault> JudgeLabels(JsonObject o)
    {
        const string field = "metadata.labels";
        foreach (var (key, value) in o.MapAt("metadata", "labels"))
        {
            var slash = key.LastIndexOf('/');
            var name = key[(slash + 1)..];
            if (!Part().IsMatch(name))
            {
                yield return FieldFault.InvalidText(field, key, KeyWords);
            }

            if (slash >= 0 && !Subdomain().IsMatch(key[..slash]))
            {
                yield return FieldFault.InvalidText(field, key, "prefix part " + SubdomainWords);
            }

            if (value.Length > 63)
            {
                yield return FieldFault.InvalidText(field, value, "must be no more than 63 characters");
            }

            if (value.Length > 0 && !Part().IsMatch(value))
            {
                yield return FieldFault.InvalidText(field, value, ValueWords);
            }
        }
    }

    private static IEnumerable<FieldFault> JudgeOwners(JsonObject o)
    {
        foreach (var owner in o.ObjectsAt("metadata", "ownerReferences"))
        {
            foreach (
                var (field, words) in new[]
                {
                    ("apiVersion", "version"),
                    ("kind", "kind"),
                    ("name", "name"),
                    ("uid", "uid"),
                }
            )
            {
                if (string.IsNullOrEmpty(owner.TextAt(field)))
                {
                    yield return FieldFault.InvalidText(
                        $"metadata.ownerReferences.{field}",
                        "",
                        $"{words} must not be empty"
                    );
                }
            }
        }
    }

    [GeneratedRegex(@"^[a-z0-9]([-a-z0-9]*[a-z0-9])?\z", RegexOptions.CultureInvariant)]
    private static partial Regex Label();

    [GeneratedRegex(
        @"^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*\z",
        RegexOptions.CultureInvariant
    )]
    private static partial Regex Subdomain();

    [GeneratedRegex(@"^([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]\z", RegexOptions.CultureInvariant)]
    private static partial Regex Part();
}

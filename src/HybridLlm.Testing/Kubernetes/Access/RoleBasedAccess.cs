using System.Text.Json;
using HybridLlm.Testing.Kubernetes.Storage;

namespace HybridLlm.Testing.Kubernetes.Access;

/// <summary>Judges by the Roles, ClusterRoles and their bindings that are in the store.</summary>
internal sealed class RoleBasedAccess(ObjectStore store)
{
    private const string Api = ".rbac.authorization.k8s.io";

    public bool Allows(ClusterUser user, AccessQuestion question) =>
        user.IsMaster || Rules(user, question.Namespace).Any(r => Grants(r, question));

    private IEnumerable<JsonElement> Rules(ClusterUser user, string inNamespace)
    {
        var everywhere = Bindings("clusterrolebindings" + Api, null);
        var here = inNamespace.Length == 0 ? [] : Bindings("rolebindings" + Api, inNamespace);
        return everywhere.Concat(here).Where(b => Binds(b.Root, b.Key.Namespace, user)).SelectMany(RulesOf);
    }

    private IReadOnlyList<StoredObject> Bindings(string resource, string? inNamespace) =>
        store.List(resource, inNamespace)!.Objects;

    private static bool Binds(JsonElement binding, string inNamespace, ClusterUser user) =>
        Items(binding, "subjects")
            .Any(s =>
                Text(s, "kind") switch
                {
                    "User" => Text(s, "name") == user.Name,
                    "Group" => user.Groups.Contains(Text(s, "name")),
                    "ServiceAccount" => user.Name
                        == $"system:serviceaccount:{(Text(s, "namespace") is { Length: > 0 } ns ? ns : inNamespace)}:{Text(s, "name")}",
                    _ => false,
                }
            );

    private IEnumerable<JsonElement> RulesOf(StoredObject binding)
    {
        var reference = binding.Root.GetProperty("roleRef");
        var role =
            Text(reference, "kind") == "ClusterRole"
                ? store.Find("clusterroles" + Api, new ObjectKey("", Text(reference, "name")))
                : store.Find("roles" + Api, new ObjectKey(binding.Key.Namespace, Text(reference, "name")));
        return role is null ? [] : Items(role.Root, "rules");
    }

    private static bool Grants(JsonElement rule, AccessQuestion question)
    {
        if (!Holds(rule, "verbs", question.Verb))
        {
            return false;
        }

        return question.Resource.Length == 0
            ? Items(rule, "nonResourceURLs").Any(u => CoversPath(u.GetString() ?? "", question.Path))
            : Holds(rule, "apiGroups", question.Group)
                && HoldsResource(rule, question.Resource)
                && HoldsName(rule, question.Name);
    }

    private static bool HoldsResource(JsonElement rule, string resource)
    {
        var slash = resource.IndexOf('/', StringComparison.Ordinal);
        return Holds(rule, "resources", resource) || (slash > 0 && Holds(rule, "resources", "*" + resource[slash..]));
    }

    private static bool HoldsName(JsonElement rule, string name) =>
        !Items(rule, "resourceNames").Any() || Items(rule, "resourceNames").Any(n => n.GetString() == name);

    private static bool Holds(JsonElement rule, string list, string value) =>
        Items(rule, list).Any(v => v.GetString() is { } text && (text == "*" || text == value));

    private static bool CoversPath(string pattern, string path) =>
        pattern == path || (pattern.EndsWith('*') && path.StartsWith(pattern[..^1], StringComparison.Ordinal));

    private static JsonElement.ArrayEnumerator Items(JsonElement o, string list) =>
        o.TryGetProperty(list, out var items) && items.ValueKind == JsonValueKind.Array
            ? items.EnumerateArray()
            : default;

    private static string Text(JsonElement o, string name) =>
        o.TryGetProperty(name, out var text) ? text.GetString() ?? "" : "";
}

using System.Text.Json.Nodes;
using HybridLlm.Testing.Kubernetes.Kinds;
using HybridLlm.Testing.Kubernetes.Objects;

namespace HybridLlm.Testing.Kubernetes.Serving;

/// <summary>Tells which groups, versions and kinds are served, and the server's own version.</summary>
internal sealed class Discovery(ClusterState cluster)
{
    private static readonly string[] s_all =
    [
        "create",
        "delete",
        "deletecollection",
        "get",
        "list",
        "patch",
        "update",
        "watch",
    ];
    private static readonly string[] s_parts = ["get", "patch", "update"];
    private static readonly string[] s_create = ["create"];

    /// <summary>The answer to a path outside the resources; null when there is none.</summary>
    public JsonObject? Answer(string path) =>
        path.Split('/', StringSplitOptions.RemoveEmptyEntries) switch
        {
            ["version"] => Version(),
            ["api"] => new JsonObject
            {
                ["kind"] = "APIVersions",
                ["versions"] = new JsonArray("v1"),
                ["serverAddressByClientCIDRs"] = new JsonArray(),
            },
            ["apis"] => Groups(),
            ["api", "v1"] => Resources("", "v1"),
            ["apis", var group] when cluster.Kinds.HasGroup(group) => Group(group, withType: true),
            ["apis", var group, var version] when cluster.Kinds.HasGroup(group, version) => Resources(group, version),
            _ => null,
        };

    private JsonObject Version()
    {
        var version = cluster.Options.Version;
        var parts = version.TrimStart('v').Split('.');
        return new JsonObject
        {
            ["major"] = parts[0],
            ["minor"] = parts.Length > 1 ? parts[1] : "0",
            ["gitVersion"] = version,
            ["gitCommit"] = "",
            ["gitTreeState"] = "clean",
            ["buildDate"] = Meta.Seconds(DateTimeOffset.UnixEpoch),
            ["goVersion"] = "",
            ["compiler"] = "",
            ["platform"] = "linux/amd64",
        };
    }

    private JsonObject Groups()
    {
        var names = cluster.Kinds.All.Select(k => k.Group).Where(g => g.Length > 0).Distinct();
        return new JsonObject
        {
            ["kind"] = "APIGroupList",
            ["apiVersion"] = "v1",
            ["groups"] = new JsonArray([.. names.Select(g => (JsonNode)Group(g, withType: false))]),
        };
    }

    private JsonObject Group(string name, bool withType)
    {
        var versions = cluster
            .Kinds.All.Where(k => k.Group == name)
            .Select(k => k.Version)
            .Distinct()
            .OrderBy(v => v.Length)
            .ThenBy(v => v, StringComparer.Ordinal)
            .Select(v => new JsonObject { ["groupVersion"] = $"{name}/{v}", ["version"] = v })
            .ToList();
        JsonObject group = [];
        if (withType)
        {
            group["kind"] = "APIGroup";
            group["apiVersion"] = "v1";
        }

        group["name"] = name;
        group["versions"] = new JsonArray([.. versions.Select(v => (JsonNode)v)]);
        group["preferredVersion"] = versions[0].DeepClone();
        return group;
    }

    private JsonObject Resources(string group, string version)
    {
        var kinds = cluster.Kinds.All.Where(k => k.Group == group && k.Version == version);
        return new JsonObject
        {
            ["kind"] = "APIResourceList",
            ["apiVersion"] = "v1",
            ["groupVersion"] = group.Length == 0 ? version : $"{group}/{version}",
            ["resources"] = new JsonArray([.. kinds.SelectMany(Describe)]),
        };
    }

    private static IEnumerable<JsonNode> Describe(ResourceKind kind)
    {
        var main = Entry(kind, kind.Plural, kind.IsReview ? s_create : s_all);
        if (kind.ShortNames.Count > 0)
        {
            main["shortNames"] = kind.ShortNames.ToList();
        }

        if (kind.Categories.Count > 0)
        {
            main["categories"] = kind.Categories.ToList();
        }

        yield return main;
        if (kind.HasStatus)
        {
            yield return Entry(kind, $"{kind.Plural}/status", s_parts);
        }

        foreach (var (name, verbs) in kind.Subresources)
        {
            yield return Entry(kind, $"{kind.Plural}/{name}", verbs);
        }
    }

    private static JsonObject Entry(ResourceKind kind, string name, string[] verbs) =>
        new()
        {
            ["name"] = name,
            ["singularName"] = kind.Singular,
            ["namespaced"] = kind.IsNamespaced,
            ["kind"] = kind.Kind,
            ["verbs"] = verbs.ToList(),
        };
}

using System.Text.Json.Nodes;
using HybridLlm.Testing.Kubernetes.Objects;
using HybridLlm.Testing.Kubernetes.Serving;

namespace HybridLlm.Testing.Kubernetes;

/// <summary>What every cluster holds before its first user comes.</summary>
internal static class FirstObjects
{
    private const string Rbac = "rbac.authorization.k8s.io/v1";

    private static readonly string[] s_namespaces = ["default", "kube-node-lease", "kube-public", "kube-system"];
    private static readonly string[] s_discovery =
    [
        "/api",
        "/api/*",
        "/apis",
        "/apis/*",
        "/healthz",
        "/livez",
        "/readyz",
        "/version",
    ];
    private static readonly string[] s_public = ["/healthz", "/livez", "/readyz", "/version"];

    public static void Create(ClusterClient client)
    {
        foreach (var name in s_namespaces)
        {
            client.Create(New("v1", "Namespace", name));
        }

        Grant(client, "cluster-admin", "system:masters", Rule("*", "*", "*"), Paths(["*"], "*"));
        Grant(client, "system:discovery", "system:authenticated", Paths(s_discovery, "get"));
        Grant(
            client,
            "system:basic-user",
            "system:authenticated",
            Rule("authorization.k8s.io", "selfsubjectaccessreviews", "create")
        );
        Grant(client, "system:public-info-viewer", "system:unauthenticated", Paths(s_public, "get"));
    }

    public static JsonObject New(string apiVersion, string kind, string name, string inNamespace = "")
    {
        JsonObject metadata = new() { ["name"] = name };
        if (inNamespace.Length > 0)
        {
            metadata["namespace"] = inNamespace;
        }

        return new JsonObject
        {
            ["apiVersion"] = apiVersion,
            ["kind"] = kind,
            ["metadata"] = metadata,
        };
    }

    private static void Grant(ClusterClient client, string name, string group, params JsonNode[] rules)
    {
        var role = New(Rbac, "ClusterRole", name);
        role["rules"] = new JsonArray([.. rules]);
        client.Create(role);
        var binding = New(Rbac, "ClusterRoleBinding", name);
        binding["roleRef"] = new JsonObject { ["kind"] = "ClusterRole", ["name"] = name };
        binding["subjects"] = new JsonArray(new JsonObject { ["kind"] = "Group", ["name"] = group });
        client.Create(binding);
    }

    private static JsonObject Rule(string apiGroup, string resource, string verb) =>
        new()
        {
            ["apiGroups"] = new JsonArray(apiGroup),
            ["resources"] = new JsonArray(resource),
            ["verbs"] = new JsonArray(verb),
        };

    private static JsonObject Paths(IEnumerable<string> paths, string verb) =>
        new() { ["nonResourceURLs"] = paths.ToList(), ["verbs"] = new JsonArray(verb) };
}

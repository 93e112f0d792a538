using System.Text.Json.Nodes;
using HybridLlm.Testing.Kubernetes;
using HybridLlm.Testing.Kubernetes.Objects;

namespace HybridLlm.Testing.Liqo.Installation;

/// <summary>What the chart lets a peering user do: to read Liqo's namespace, and to write the tenant namespace it is bound in.</summary>
internal static class PeeringUserRoles
{
    private const string Rbac = "rbac.authorization.k8s.io/v1";
    private const string Ipam = "ipam.liqo.io";
    private const string Networking = "networking.liqo.io";

    public static void Create(LiqoContext context)
    {
        var client = context.Client;
        client.Create(
            Role(
                context,
                FirstObjects.New(Rbac, "Role", "liqo-peering-user-liqo-ns", context.Options.Namespace),
                Rule("", "configmaps", "get list watch"),
                Rule(Ipam, "ips", "get"),
                Rule(Ipam, "networks", "get list"),
                Rule(Networking, "wggatewayclienttemplates wggatewayservertemplates", "get list")
            )
        );
        client.Create(
            Role(
                context,
                FirstObjects.New(Rbac, "ClusterRole", "liqo-peering-user-tenant-ns"),
                Rule("", "namespaces services", "get"),
                Rule("", "secrets", "create delete get list"),
                Rule("apps", "deployments", "get"),
                Rule("authentication.liqo.io", "tenants", "create delete get list update"),
                Rule(Ipam, "ips", "create delete get update"),
                Rule(
                    Networking,
                    "configurations gatewayclients gatewayservers publickeies",
                    "create delete get list update"
                ),
                Rule(Networking, "connections", "get list"),
                Rule(Networking, "gatewayclients/status gatewayservers/status", "get")
            )
        );
    }

    private static JsonObject Role(LiqoContext context, JsonObject role, params JsonNode[] rules)
    {
        role.Metadata()["labels"] = LiqoObjects.Labels(context, "peering-user").ToMap();
        role["rules"] = new JsonArray(rules);
        return role;
    }

    private static JsonObject Rule(string apiGroup, string resources, string verbs) =>
        new()
        {
            ["apiGroups"] = new JsonArray(apiGroup),
            ["resources"] = resources.Split(' ').ToList(),
            ["verbs"] = verbs.Split(' ').ToList(),
        };
}

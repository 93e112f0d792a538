using System.Text.Json.Nodes;
using HybridLlm.Testing.Kubernetes;
using HybridLlm.Testing.Kubernetes.Objects;

namespace HybridLlm.Testing.Liqo.Installation;

/// <summary>What Liqo's chart leaves in a cluster, as far as clients and controllers look at it.</summary>
internal static class LiqoObjects
{
    private const string Rbac = "rbac.authorization.k8s.io/v1";

    private static readonly (string Name, string Component)[] s_components =
    [
        ("controller-manager", "controller-manager"),
        ("crd-replicator", "dispatcher"),
        ("webhook", "webhook"),
    ];
    private static readonly string[] s_roles =
    [
        "liqo-remote-controlplane",
        "liqo-virtual-kubelet-local",
        "liqo-virtual-kubelet-remote",
        "liqo-virtual-kubelet-remote-clusterwide",
    ];

    public static void Create(LiqoContext context)
    {
        var client = context.Client;
        var ns = context.Options.Namespace;
        client.Ensure(FirstObjects.New("v1", "Namespace", ns));
        client.Create(ClusterId(context));
        client.Create(Keys(context));
        foreach (var (name, component) in s_components)
        {
            client.Create(Component(context, name, component));
        }

        foreach (var name in s_roles)
        {
            // Only the virtual kubelet and the replicator use them, and those are inside the emulator.
            var role = FirstObjects.New(Rbac, "ClusterRole", name);
            role["rules"] = new JsonArray();
            client.Create(role);
        }

        PeeringUserRoles.Create(context);
        NetworkObjects.Create(context);
        var template = FirstObjects.New(LiqoNames.Offloading, "VkOptionsTemplate", "virtual-kubelet-default", ns);
        template.Metadata()["labels"] = Labels(context, "virtual-kubelet", "virtualkubelet").ToMap();
        template["spec"] = new JsonObject
        {
            ["containerImage"] = $"ghcr.io/liqotech/virtual-kubelet:{context.Options.Version}",
            ["createNode"] = true,
            ["disableNetworkCheck"] = false,
            ["extraArgs"] = new JsonArray("--enable-apiserver-support=true"),
            ["metricsEnabled"] = false,
        };
        client.Create(template);
    }

    /// <summary>Labels that the chart gives every object of one of its parts.</summary>
    public static SortedDictionary<string, string> Labels(LiqoContext context, string name, string? component = null) =>
        new(StringComparer.Ordinal)
        {
            ["app.kubernetes.io/component"] = component ?? name,
            ["app.kubernetes.io/instance"] = $"liqo-{name}",
            ["app.kubernetes.io/managed-by"] = "Helm",
            ["app.kubernetes.io/name"] = name,
            ["app.kubernetes.io/part-of"] = "liqo",
            ["app.kubernetes.io/version"] = context.Options.Version,
            ["helm.sh/chart"] = $"liqo-{context.Options.Version}",
        };

    private static JsonObject ClusterId(LiqoContext context)
    {
        var map = FirstObjects.New("v1", "ConfigMap", "liqo-clusterid-configmap", context.Options.Namespace);
        map.Metadata()["labels"] = Labels(context, "clusterid-configmap").ToMap();
        map["data"] = new JsonObject { ["CLUSTER_ID"] = context.ClusterId };
        return map;
    }

    private static JsonObject Keys(LiqoContext context)
    {
        var secret = LiqoContext.New(
            "v1",
            "Secret",
            context.Options.Namespace,
            LiqoNames.KeysSecret,
            (LiqoNames.Managed, "true")
        );
        secret["stringData"] = new JsonObject
        {
            ["privateKey"] = context.Keys.PrivatePem,
            ["publicKey"] = context.Keys.PublicPem,
        };
        return secret;
    }

    private static JsonObject Component(LiqoContext context, string name, string component)
    {
        var deployment = FirstObjects.New("apps/v1", "Deployment", $"liqo-{name}", context.Options.Namespace);
        var labels = Labels(context, name, component);
        deployment.Metadata()["labels"] = labels.ToMap();
        JsonArray args =
        [
            $"--cluster-id={context.ClusterId}",
            $"--liqo-namespace={context.Options.Namespace}",
            $"--networking-enabled={(context.Options.HasNetworking ? "true" : "false")}",
            "--authentication-enabled=true",
            $"--tls-compatibility-mode={(context.Options.UsesRsaKeys ? "true" : "false")}",
            "--offloading-enabled=true",
            $"--api-server-address-override={context.ApiServer}",
            $"--cluster-labels={string.Join(',', context.Options.ClusterLabels.Select(l => $"{l.Key}={l.Value}"))}",
        ];
        deployment["spec"] = new JsonObject
        {
            ["replicas"] = 1,
            ["selector"] = new JsonObject
            {
                ["matchLabels"] = new JsonObject
                {
                    ["app.kubernetes.io/name"] = name,
                    ["app.kubernetes.io/part-of"] = "liqo",
                },
            },
            ["template"] = new JsonObject
            {
                ["metadata"] = new JsonObject { ["labels"] = labels.ToMap() },
                ["spec"] = new JsonObject
                {
                    ["containers"] = new JsonArray(
                        new JsonObject
                        {
                            ["name"] = name,
                            ["image"] = $"ghcr.io/liqotech/liqo-{name}:{context.Options.Version}",
                            ["args"] = args,
                        }
                    ),
                },
            },
        };
        return deployment;
    }
}

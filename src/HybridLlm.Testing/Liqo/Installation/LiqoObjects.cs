using System.Text.Json.Nodes;
using HybridLlm.Testing.Kubernetes;
using HybridLlm.Testing.Kubernetes.Objects;

namespace HybridLlm.Testing.Liqo.Installation;

/// <summary>What Liqo's chart leaves in a cluster, as far as clients and controllers look at it.</summary>
internal static class LiqoObjects
{
    private const string Rbac = "rbac.authorization.k8s.io/v1";

    private static readonly string[] s_components = ["controller-manager", "crd-replicator", "webhook"];
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
        foreach (var component in s_components)
        {
            client.Create(Component(context, component));
        }

        foreach (var name in s_roles)
        {
            // Only the virtual kubelet and the replicator use them, and those are inside the emulator.
            var role = FirstObjects.New(Rbac, "ClusterRole", name);
            role["rules"] = new JsonArray();
            client.Create(role);
        }

        CreateNetwork(context, "pod-cidr", context.State.Options.PodCidr);
        CreateNetwork(context, "service-cidr", context.State.Options.ServiceCidr);
    }

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
            "authentication-keys",
            (LiqoNames.Managed, "true")
        );
        secret["stringData"] = new JsonObject
        {
            ["privateKey"] = context.Keys.PrivatePem,
            ["publicKey"] = context.Keys.PublicPem,
        };
        return secret;
    }

    private static JsonObject Component(LiqoContext context, string name)
    {
        var deployment = FirstObjects.New("apps/v1", "Deployment", $"liqo-{name}", context.Options.Namespace);
        var labels = Labels(context, name);
        deployment.Metadata()["labels"] = labels.ToMap();
        JsonArray args =
        [
            $"--cluster-id={context.ClusterId}",
            $"--liqo-namespace={context.Options.Namespace}",
            "--networking-enabled=false",
            "--authentication-enabled=true",
            $"--tls-compatibility-mode={(context.Options.UsesRsaKeys ? "true" : "false")}",
            "--offloading-enabled=true",
            $"--api-server-address-override={context.ApiServer}",
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

    private static void CreateNetwork(LiqoContext context, string type, string cidr)
    {
        var network = FirstObjects.New(LiqoNames.Ipam, "Network", type, context.Options.Namespace);
        var labels = Labels(context, "ipam");
        labels["ipam.liqo.io/network-type"] = type;
        network.Metadata()["labels"] = labels.ToMap();
        network["spec"] = new JsonObject { ["cidr"] = cidr };
        var created = context.Client.Create(network);
        created["status"] = new JsonObject { ["cidr"] = cidr };
        context.Client.UpdateStatus(created);
    }

    private static SortedDictionary<string, string> Labels(LiqoContext context, string name) =>
        new(StringComparer.Ordinal)
        {
            ["app.kubernetes.io/component"] = name,
            ["app.kubernetes.io/instance"] = $"liqo-{name}",
            ["app.kubernetes.io/managed-by"] = "Helm",
            ["app.kubernetes.io/name"] = name,
            ["app.kubernetes.io/part-of"] = "liqo",
            ["app.kubernetes.io/version"] = context.Options.Version,
            ["helm.sh/chart"] = $"liqo-{context.Options.Version}",
        };
}

using System.Text.Json.Nodes;
using HybridLlm.Testing.Kubernetes.Controllers;
using HybridLlm.Testing.Kubernetes.Objects;
using HybridLlm.Testing.Kubernetes.Serving;

namespace HybridLlm.Testing.Kubernetes.Nodes;

/// <summary>What a kubelet tells the API server about its node.</summary>
internal static class NodeRegistration
{
    public static void Register(ClusterClient client, EmulatedNode node, string version)
    {
        var o = FirstObjects.New("v1", "Node", node.Name);
        o.Metadata()["labels"] = Labels(node).ToMap();
        var registered = client.Create(o);
        client.Change(registered, "status", n => Describe(n, node, version, client.Time));
        client.Change(registered, "", n => n.ObjectAt("spec")?.Remove("taints"));
    }

    private static void Describe(JsonObject o, EmulatedNode node, string version, TimeProvider time)
    {
        var status = o.Make("status");
        status["capacity"] = Capacity(node);
        status["allocatable"] = Capacity(node);
        status["addresses"] = new JsonArray(
            new JsonObject { ["type"] = "InternalIP", ["address"] = node.Address },
            new JsonObject { ["type"] = "Hostname", ["address"] = node.Name }
        );
        status.Make("nodeInfo")["kubeletVersion"] = version;
        Conditions.Set(
            status,
            "Ready",
            true,
            "KubeletReady",
            "kubelet is posting ready status",
            Meta.Seconds(time.GetUtcNow())
        );
    }

    private static SortedDictionary<string, string> Labels(EmulatedNode node) =>
        new(node.Labels.ToDictionary(), StringComparer.Ordinal)
        {
            ["kubernetes.io/arch"] = "amd64",
            ["kubernetes.io/hostname"] = node.Name,
            ["kubernetes.io/os"] = "linux",
        };

    private static JsonObject Capacity(EmulatedNode node)
    {
        JsonObject capacity = new()
        {
            ["cpu"] = node.Cpu,
            ["memory"] = node.Memory,
            ["pods"] = "110",
        };
        if (node.Gpus > 0)
        {
            capacity["nvidia.com/gpu"] = node.Gpus.ToString(System.Globalization.CultureInfo.InvariantCulture);
        }

        return capacity;
    }
}

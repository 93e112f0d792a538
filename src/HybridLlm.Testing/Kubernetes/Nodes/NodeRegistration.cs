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
        var status = registered.Make("status");
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
            Meta.Seconds(client.Time.GetUtcNow())
        );
        registered = client.UpdateStatus(registered);
        registered.ObjectAt("spec")?.Remove("taints");
        client.Update(registered);
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

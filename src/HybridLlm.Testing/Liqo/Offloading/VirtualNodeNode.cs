using System.Text.Json.Nodes;
using HybridLlm.Testing.Kubernetes;
using HybridLlm.Testing.Kubernetes.Controllers;
using HybridLlm.Testing.Kubernetes.Objects;

namespace HybridLlm.Testing.Liqo.Offloading;

/// <summary>The Node that stands for a provider, as the virtual kubelet and the node lifecycle controller write it.</summary>
internal static class VirtualNodeNode
{
    private const string Unreachable = "node.kubernetes.io/unreachable";

    private static readonly (string Type, string Reason)[] s_pressures =
    [
        ("MemoryPressure", "RemoteClusterHasSufficientMemory"),
        ("DiskPressure", "RemoteClusterHasNoDiskPressure"),
        ("PIDPressure", "RemoteClusterHasNoPIDPressure"),
    ];

    public static void Register(LiqoContext context, JsonObject virtualNode, bool? network)
    {
        var node = FirstObjects.New("v1", "Node", virtualNode.Name());
        node.Metadata()["labels"] = Labels(virtualNode).ToMap();
        node["spec"] = new JsonObject { ["taints"] = Taints() };
        var created = context.Client.Create(node);
        context.Client.Change(created, "status", n => Describe(context, virtualNode, n.Make("status"), network));
        context.Client.Change(created, "", n => n.Make("spec")["taints"] = Taints());
    }

    private static void Describe(LiqoContext context, JsonObject virtualNode, JsonObject status, bool? network)
    {
        var capacity = virtualNode.ObjectAt("spec", "resourceQuota", "hard") ?? [];
        status["capacity"] = capacity.Copy();
        status["allocatable"] = capacity.Copy();
        status["addresses"] = new JsonArray(new JsonObject { ["type"] = "InternalIP", ["address"] = "127.0.0.1" });
        status["daemonEndpoints"] = new JsonObject { ["kubeletEndpoint"] = new JsonObject { ["Port"] = 10250 } };
        status.Make("nodeInfo")["architecture"] = "amd64";
        status.Make("nodeInfo")["operatingSystem"] = "Linux";
        status.Make("nodeInfo")["kubeletVersion"] = context.State.Options.Version;
        SayReady(status, context.NowText, network);
    }

    public static void GiveUp(LiqoContext context, JsonObject node, IEnumerable<JsonObject> pods)
    {
        foreach (var type in s_pressures.Select(p => p.Type).Prepend("Ready"))
        {
            Conditions.Set(
                node.Make("status"),
                type,
                "Unknown",
                "NodeStatusUnknown",
                "Kubelet stopped posting node status.",
                context.NowText
            );
        }

        var lost = context.Client.UpdateStatus(node);
        var taints = TaintsWhileReachable(lost);
        foreach (var effect in new[] { "NoSchedule", "NoExecute" })
        {
            JsonNode taint = new JsonObject
            {
                ["effect"] = effect,
                ["key"] = Unreachable,
                ["timeAdded"] = context.NowText,
            };
            taints.Add(taint);
        }

        lost.Make("spec")["taints"] = taints;
        context.Client.Update(lost);
        foreach (var pod in pods)
        {
            Mark(context, pod, isLost: true);
        }
    }

    public static void Recover(LiqoContext context, JsonObject node, IEnumerable<JsonObject> pods, bool? network)
    {
        SayReady(node.Make("status"), context.NowText, network);
        var back = context.Client.UpdateStatus(node);
        back.Make("spec")["taints"] = TaintsWhileReachable(back);
        context.Client.Update(back);
        foreach (var pod in pods)
        {
            Mark(context, pod, isLost: false);
        }
    }

    private static void Mark(LiqoContext context, JsonObject pod, bool isLost)
    {
        var labels = pod.Metadata().Make("labels");
        labels.Remove(LiqoNames.RemoteUnavailable);
        if (isLost)
        {
            labels[LiqoNames.RemoteUnavailable] = "true";
        }

        var marked = context.Client.Update(pod);
        Conditions.Set(marked.Make("status"), "Ready", !isLost, "", "", context.NowText);
        context.Client.UpdateStatus(marked);
    }

    /// <summary>Offers what the virtual node has by now.</summary>
    public static void Resize(LiqoContext context, JsonObject virtualNode, JsonObject node)
    {
        var capacity = virtualNode.ObjectAt("spec", "resourceQuota", "hard") ?? [];
        if (JsonNode.DeepEquals(node.ObjectAt("status", "capacity"), capacity))
        {
            return;
        }

        context.Client.Change(
            node,
            "status",
            n =>
            {
                n.Make("status")["capacity"] = capacity.Copy();
                n.Make("status")["allocatable"] = capacity.Copy();
            }
        );
    }

    public static void LoseNetwork(LiqoContext context, JsonObject node)
    {
        SayReady(node.Make("status"), context.NowText, network: false);
        context.Client.UpdateStatus(node);
    }

    private static void SayReady(JsonObject status, string now, bool? network)
    {
        if (network is { } isUp)
        {
            Conditions.Set(
                status,
                "NetworkUnavailable",
                !isUp,
                isUp ? "LiqoNetworkingUp" : "LiqoNetworkingDown",
                $"The Liqo cluster interconnection is {(isUp ? "established" : "down")}",
                now
            );
        }

        var (why, message) =
            network == false
                ? ("KubeletNotReady", "The Liqo Virtual Kubelet is currently not ready")
                : ("KubeletReady", "The Liqo Virtual Kubelet is posting ready status");
        Conditions.Set(status, "Ready", network != false, why, message, now);
        foreach (var (type, reason) in s_pressures)
        {
            Conditions.Set(status, type, false, reason, "The remote cluster is advertising sufficient resources", now);
        }
    }

    private static JsonArray TaintsWhileReachable(JsonObject node) =>
        new([.. node.ObjectsAt("spec", "taints").Where(t => t.TextAt("key") != Unreachable).Select(t => t.Copy())]);

    private static JsonArray Taints() =>
        new(
            new JsonObject
            {
                ["effect"] = "NoExecute",
                ["key"] = LiqoNames.NotAllowed,
                ["value"] = "true",
            }
        );

    private static SortedDictionary<string, string> Labels(JsonObject virtualNode) =>
        new(virtualNode.MapAt("spec", "labels").ToDictionary(), StringComparer.Ordinal)
        {
            ["alpha.service-controller.kubernetes.io/exclude-balancer"] = "true",
            ["beta.kubernetes.io/arch"] = "amd64",
            ["beta.kubernetes.io/os"] = "linux",
            ["kubernetes.io/arch"] = "amd64",
            ["kubernetes.io/hostname"] = virtualNode.Name(),
            ["kubernetes.io/os"] = "linux",
            ["kubernetes.io/role"] = "agent",
            [LiqoNames.NodeType] = "virtual-node",
            ["node.kubernetes.io/exclude-from-external-load-balancers"] = "true",
            ["storage.liqo.io/available"] = virtualNode.ListAt("spec", "storageClasses") is { Count: > 0 }
                ? "true"
                : "false",
        };
}

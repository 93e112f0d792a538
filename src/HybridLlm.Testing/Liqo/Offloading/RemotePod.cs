using System.Text.Json.Nodes;
using HybridLlm.Testing.Kubernetes.Objects;

namespace HybridLlm.Testing.Liqo.Offloading;

/// <summary>What becomes of a pod on its way to the provider.</summary>
internal static class RemotePod
{
    private const string RuntimeClass = "liqo.io/remote-runtime-class-name";

    private static readonly string[] s_home =
    [
        "affinity",
        "nodeName",
        "nodeSelector",
        "preemptionPolicy",
        "priority",
        "priorityClassName",
        "schedulerName",
        "serviceAccount",
        "serviceAccountName",
    ];

    // Where the home API server is meant to be reached.
    private static readonly (string Name, string Value)[] s_environment =
    [
        ("KUBERNETES_SERVICE_HOST", "kubernetes.default"),
        ("KUBERNETES_SERVICE_PORT", "443"),
        ("KUBERNETES_PORT", "tcp://kubernetes.default:443"),
        ("KUBERNETES_PORT_443_TCP", "tcp://kubernetes.default:443"),
        ("KUBERNETES_PORT_443_TCP_PROTO", "tcp"),
        ("KUBERNETES_PORT_443_TCP_ADDR", "kubernetes.default"),
        ("KUBERNETES_PORT_443_TCP_PORT", "443"),
    ];

    public static JsonObject Shadow(JsonObject pod, JsonObject virtualNode, string consumerId, string user, string ns)
    {
        var shadow = LiqoContext.New(LiqoNames.Offloading, "ShadowPod", ns, pod.Name());
        var labels = pod.MapAt("metadata", "labels")
            .Where(l => l.Key is not (LiqoNames.ShadowPod or LiqoNames.RemoteUnavailable))
            .ToDictionary();
        labels["liqo.io/creator-user"] = user;
        labels["offloading.liqo.io/destination"] = virtualNode.TextAt("spec", "clusterID")!;
        labels["offloading.liqo.io/nodename"] = virtualNode.Name();
        labels["offloading.liqo.io/origin"] = consumerId;
        shadow.Metadata()["labels"] = labels.OrderBy(l => l.Key, StringComparer.Ordinal).ToMap();
        if (pod.ObjectAt("metadata", "annotations") is { } annotations)
        {
            shadow.Metadata()["annotations"] = annotations.Copy();
        }

        shadow["spec"] = new JsonObject { ["pod"] = Spec(pod) };
        return shadow;
    }

    private static JsonObject Spec(JsonObject pod)
    {
        var spec = pod.ObjectAt("spec")!.Copy();
        foreach (var field in s_home)
        {
            spec.Remove(field);
        }

        spec["tolerations"] = new JsonArray([
            .. spec.ObjectsAt("tolerations")
                .Where(t => t.TextAt("key") != LiqoNames.NotAllowed)
                .Select(t => t.DeepClone()),
        ]);
        foreach (var container in spec.ObjectsAt("containers"))
        {
            var added = s_environment.Select(e => (JsonNode)new JsonObject { ["name"] = e.Name, ["value"] = e.Value });
            container["env"] = new JsonArray([.. container.ObjectsAt("env").Select(e => e.DeepClone()), .. added]);
        }

        if (pod.Annotation(RuntimeClass) is { } runtime)
        {
            spec["runtimeClassName"] = runtime;
        }

        return spec;
    }
}

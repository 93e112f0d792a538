using System.Text.Json.Nodes;
using HybridLlm.Testing.Kubernetes.Objects;

namespace HybridLlm.Testing.Kubernetes.Defaults;

/// <summary>What the API server fills into pods and pod templates.</summary>
internal static class PodDefaults
{
    private const long SecondsOnLostNode = 300;

    public static void Apply(JsonObject pod)
    {
        var spec = pod.Make("spec");
        ApplySpec(spec);
        spec.SetIfAbsent("enableServiceLinks", true);
        spec.SetIfAbsent("serviceAccountName", "default");
        spec.SetIfAbsent("serviceAccount", spec.TextAt("serviceAccountName")!);
        spec.SetIfAbsent("priority", 0);
        spec.SetIfAbsent("preemptionPolicy", "PreemptLowerPriority");
        Tolerate(spec, "node.kubernetes.io/not-ready");
        Tolerate(spec, "node.kubernetes.io/unreachable");
        var status = pod.Make("status");
        status.SetIfAbsent("phase", "Pending");
        status.SetIfAbsent("qosClass", QualityOfService(spec));
    }

    /// <summary>Defaults that a template gets too.</summary>
    public static void ApplySpec(JsonObject spec)
    {
        spec.SetIfAbsent("restartPolicy", "Always");
        spec.SetIfAbsent("terminationGracePeriodSeconds", 30);
        spec.SetIfAbsent("dnsPolicy", "ClusterFirst");
        spec.SetIfAbsent("securityContext", new JsonObject());
        spec.SetIfAbsent("schedulerName", "default-scheduler");
        if (spec.TextAt("serviceAccountName") is { } account)
        {
            spec.SetIfAbsent("serviceAccount", account);
        }

        foreach (var container in spec.ObjectsAt("initContainers").Concat(spec.ObjectsAt("containers")))
        {
            ApplyContainer(container);
        }

        foreach (var volume in spec.ObjectsAt("volumes"))
        {
            ApplyVolume(volume);
        }
    }

    private static void ApplyContainer(JsonObject container)
    {
        var image = container.TextAt("image") ?? "";
        var isLatest =
            !image[(image.LastIndexOf('/') + 1)..].Contains(':', StringComparison.Ordinal)
            || image.EndsWith(":latest", StringComparison.Ordinal);
        container.SetIfAbsent("imagePullPolicy", isLatest ? "Always" : "IfNotPresent");
        container.SetIfAbsent("resources", new JsonObject());
        container.SetIfAbsent("terminationMessagePath", "/dev/termination-log");
        container.SetIfAbsent("terminationMessagePolicy", "File");
        RequestWhatIsLimited(container.ObjectAt("resources")!);
        foreach (var port in container.ObjectsAt("ports"))
        {
            port.SetIfAbsent("protocol", "TCP");
        }

        foreach (
            var field in container
                .ObjectsAt("env")
                .Select(e => e.ObjectAt("valueFrom", "fieldRef"))
                .OfType<JsonObject>()
        )
        {
            field.SetIfAbsent("apiVersion", "v1");
        }

        foreach (var probe in new[] { "livenessProbe", "readinessProbe", "startupProbe" })
        {
            if (container.ObjectAt(probe) is { } found)
            {
                ApplyProbe(found);
            }
        }
    }

    private static void RequestWhatIsLimited(JsonObject resources)
    {
        foreach (var (name, limit) in resources.ObjectAt("limits") ?? [])
        {
            resources.Make("requests").SetIfAbsent(name, limit!.DeepClone());
        }
    }

    private static void ApplyProbe(JsonObject probe)
    {
        if (probe.ObjectAt("httpGet") is { } get)
        {
            get.SetIfAbsent("path", "/");
            get.SetIfAbsent("scheme", "HTTP");
        }

        probe.SetIfAbsent("timeoutSeconds", 1);
        probe.SetIfAbsent("periodSeconds", 10);
        probe.SetIfAbsent("successThreshold", 1);
        probe.SetIfAbsent("failureThreshold", 3);
    }

    private static void ApplyVolume(JsonObject volume)
    {
        if (volume.Count == 1)
        {
            volume["emptyDir"] = new JsonObject();
        }

        foreach (var source in new[] { "secret", "configMap", "projected", "downwardAPI" })
        {
            volume.ObjectAt(source)?.SetIfAbsent("defaultMode", 420);
        }

        volume.ObjectAt("hostPath")?.SetIfAbsent("type", "");
    }

    private static void Tolerate(JsonObject spec, string taint)
    {
        if (spec.ObjectsAt("tolerations").Any(t => t.TextAt("key") == taint || (t.TextAt("key") ?? "").Length == 0))
        {
            return;
        }

        if (spec.ListAt("tolerations") is not { } tolerations)
        {
            spec["tolerations"] = tolerations = [];
        }

        JsonNode toleration = new JsonObject
        {
            ["key"] = taint,
            ["operator"] = "Exists",
            ["effect"] = "NoExecute",
            ["tolerationSeconds"] = SecondsOnLostNode,
        };
        tolerations.Add(toleration);
    }

    private static string QualityOfService(JsonObject spec)
    {
        var resources = spec.ObjectsAt("containers").Select(c => c.ObjectAt("resources")).ToList();
        var counted = new[] { "cpu", "memory" };
        if (resources.All(r => counted.All(c => r.At("requests", c) is null && r.At("limits", c) is null)))
        {
            return "BestEffort";
        }

        var isGuaranteed = resources.All(r =>
            counted.All(c => r.At("limits", c) is { } limit && JsonNode.DeepEquals(limit, r.At("requests", c)))
        );
        return isGuaranteed ? "Guaranteed" : "Burstable";
    }
}

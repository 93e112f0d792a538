using System.Text.Json.Nodes;
using HybridLlm.Testing.Kubernetes.Kinds;
using HybridLlm.Testing.Kubernetes.Objects;

namespace HybridLlm.Testing.Kubernetes.Defaults;

/// <summary>What the API server fills into objects of the built-in kinds.</summary>
internal static class BuiltInDefaults
{
    public static void Apply(JsonObject o, ResourceKind kind)
    {
        switch (kind.Kind)
        {
            case "Namespace":
                ApplyNamespace(o);
                break;
            case "Pod":
                PodDefaults.Apply(o);
                break;
            case "Secret":
                ApplySecret(o);
                break;
            case "Service":
                ApplyService(o);
                break;
            case "Node":
                ApplyNode(o);
                break;
            case "Deployment":
                ApplyDeployment(o);
                break;
            case "ReplicaSet" or "StatefulSet" or "DaemonSet" or "Job":
                ApplyTemplate(o);
                break;
            case "RoleBinding" or "ClusterRoleBinding":
                ApplyBinding(o);
                break;
            case "CustomResourceDefinition":
                ApplyDefinition(o);
                break;
            case "MutatingWebhookConfiguration" or "ValidatingWebhookConfiguration":
                ApplyWebhooks(o, kind.Kind);
                break;
        }
    }

    private static void ApplyNamespace(JsonObject o)
    {
        o.Metadata().Make("labels")["kubernetes.io/metadata.name"] = o.Name();
        if (!o.IsDeleting())
        {
            o.Make("spec").SetIfAbsent("finalizers", new JsonArray("kubernetes"));
        }

        o.Make("status").SetIfAbsent("phase", "Active");
    }

    // What is written in clear joins what is written in base64, and wins.
    private static void ApplySecret(JsonObject o)
    {
        o.SetIfAbsent("type", "Opaque");
        foreach (var (key, value) in o.MapAt("stringData"))
        {
            o.Make("data")[key] = Convert.ToBase64String(System.Text.Encoding.UTF8.GetBytes(value));
        }

        o.Remove("stringData");
    }

    private static void ApplyService(JsonObject o)
    {
        var spec = o.Make("spec");
        spec.SetIfAbsent("type", "ClusterIP");
        spec.SetIfAbsent("sessionAffinity", "None");
        if (spec.TextAt("type") != "ExternalName")
        {
            spec.SetIfAbsent("internalTrafficPolicy", "Cluster");
            spec.SetIfAbsent("ipFamilies", new JsonArray("IPv4"));
            spec.SetIfAbsent("ipFamilyPolicy", "SingleStack");
        }

        foreach (var port in spec.ObjectsAt("ports"))
        {
            port.SetIfAbsent("protocol", "TCP");
            port.SetIfAbsent("targetPort", port["port"]?.DeepClone() ?? 0);
        }

        o.Make("status").SetIfAbsent("loadBalancer", new JsonObject());
    }

    private static void ApplyNode(JsonObject o)
    {
        o.Make("spec");
        var status = o.Make("status");
        status.SetIfAbsent("daemonEndpoints", new JsonObject { ["kubeletEndpoint"] = new JsonObject { ["Port"] = 0 } });
        var info = status.Make("nodeInfo");
        string[] fields =
        [
            "machineID",
            "systemUUID",
            "bootID",
            "kernelVersion",
            "osImage",
            "containerRuntimeVersion",
            "kubeletVersion",
            "kubeProxyVersion",
            "operatingSystem",
            "architecture",
        ];
        foreach (var field in fields)
        {
            info.SetIfAbsent(field, "");
        }
    }

    private static void ApplyDeployment(JsonObject o)
    {
        var spec = o.Make("spec");
        spec.SetIfAbsent("replicas", 1);
        spec.SetIfAbsent("revisionHistoryLimit", 10);
        spec.SetIfAbsent("progressDeadlineSeconds", 600);
        var strategy = spec.Make("strategy");
        strategy.SetIfAbsent("type", "RollingUpdate");
        if (strategy.TextAt("type") == "RollingUpdate")
        {
            strategy.Make("rollingUpdate").SetIfAbsent("maxUnavailable", "25%");
            strategy.Make("rollingUpdate").SetIfAbsent("maxSurge", "25%");
        }

        ApplyTemplate(o);
    }

    private static void ApplyTemplate(JsonObject o)
    {
        PodDefaults.ApplySpec(o.Make("spec").Make("template").Make("spec"));
        o.Make("status");
    }

    private static void ApplyBinding(JsonObject o)
    {
        o.ObjectAt("roleRef")?.SetIfAbsent("apiGroup", "rbac.authorization.k8s.io");
        foreach (var subject in o.ObjectsAt("subjects").Where(s => s.TextAt("kind") is "User" or "Group"))
        {
            subject.SetIfAbsent("apiGroup", "rbac.authorization.k8s.io");
        }
    }

    private static void ApplyDefinition(JsonObject o)
    {
        var spec = o.Make("spec");
        var names = spec.Make("names");
        var kind = names.TextAt("kind") ?? "";
        names.SetIfAbsent("singular", kind.ToLowerInvariant());
        names.SetIfAbsent("listKind", kind + "List");
        spec.SetIfAbsent("conversion", new JsonObject { ["strategy"] = "None" });
        var status = o.Make("status");
        status.SetIfAbsent(
            "storedVersions",
            spec.ObjectsAt("versions").Where(v => v.IsTrueAt("storage")).Select(v => v.TextAt("name") ?? "").ToList()
        );
    }

    private static void ApplyWebhooks(JsonObject o, string kind)
    {
        foreach (var webhook in o.ObjectsAt("webhooks"))
        {
            webhook.SetIfAbsent("failurePolicy", "Fail");
            webhook.SetIfAbsent("matchPolicy", "Equivalent");
            webhook.SetIfAbsent("namespaceSelector", new JsonObject());
            webhook.SetIfAbsent("objectSelector", new JsonObject());
            webhook.SetIfAbsent("timeoutSeconds", 10);
            if (kind == "MutatingWebhookConfiguration")
            {
                webhook.SetIfAbsent("reinvocationPolicy", "Never");
            }

            foreach (var rule in webhook.ObjectsAt("rules"))
            {
                rule.SetIfAbsent("scope", "*");
            }
        }
    }
}

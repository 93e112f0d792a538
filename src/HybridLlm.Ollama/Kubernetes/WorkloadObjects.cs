using HybridLlm.Ollama.Kubernetes.Yaml;

namespace HybridLlm.Ollama.Kubernetes;

/// <summary>Deployment or StatefulSet, and the claim a Deployment's pod shares.</summary>
internal static class WorkloadObjects
{
    public const string ModelVolume = "models";

    private const string ClaimNote =
        "A volume of mode ReadWriteOnce ties the pod to the zone it was made in: spot capacity of other zones is out of reach.";

    private static readonly string[] s_accessModes = ["ReadWriteOnce"];

    /// <summary>Labels every pod has and the Service and the policy select by.</summary>
    public static YamlMap Labels(OllamaWorkload workload) =>
        new() { { "app.kubernetes.io/name", "ollama" }, { "app.kubernetes.io/instance", workload.Name } };

    public static YamlMap Metadata(OllamaWorkload workload, string suffix = "") =>
        new()
        {
            { "name", workload.Name + suffix },
            { "namespace", workload.Namespace },
            { "labels", Labels(workload) },
        };

    public static YamlMap Pods(OllamaWorkload workload) =>
        workload.Kind == WorkloadKind.Deployment ? Deployment(workload) : StatefulSet(workload);

    public static YamlMap Claim(OllamaWorkload workload, ModelClaim claim) =>
        new()
        {
            { "apiVersion", "v1" },
            { "kind", "PersistentVolumeClaim" },
            { "metadata", Metadata(workload, "-models") },
            { "spec", ClaimSpec(claim) },
        };

    private static YamlMap Deployment(OllamaWorkload workload) =>
        new()
        {
            { "apiVersion", "apps/v1" },
            { "kind", "Deployment" },
            { "metadata", Metadata(workload) },
            {
                "spec",
                new YamlMap
                {
                    { "replicas", workload.Replicas },
                    {
                        "strategy",
                        new YamlMap { { "type", "Recreate" } },
                        "One GPU cannot hold the model twice: the old pod goes first, else the new one waits for ever."
                    },
                    {
                        "selector",
                        new YamlMap { { "matchLabels", Labels(workload) } }
                    },
                    { "template", WorkloadPod.Template(workload) },
                }
            },
        };

    private static YamlMap StatefulSet(OllamaWorkload workload)
    {
        YamlMap spec = new()
        {
            { "replicas", workload.Replicas },
            { "serviceName", workload.Name },
            {
                "podManagementPolicy",
                "Parallel",
                "The pods do not know each other; loading them one after the other would only take longer."
            },
            {
                "selector",
                new YamlMap { { "matchLabels", Labels(workload) } }
            },
            { "template", WorkloadPod.Template(workload) },
        };
        if (workload.Storage is ModelClaim claim)
        {
            YamlMap template = new()
            {
                {
                    "metadata",
                    new YamlMap { { "name", ModelVolume } }
                },
                { "spec", ClaimSpec(claim) },
            };
            spec.Add("volumeClaimTemplates", new[] { template });
        }

        return new YamlMap
        {
            { "apiVersion", "apps/v1" },
            { "kind", "StatefulSet" },
            { "metadata", Metadata(workload) },
            { "spec", spec },
        };
    }

    private static YamlMap ClaimSpec(ModelClaim claim) =>
        new()
        {
            { "accessModes", s_accessModes, ClaimNote },
            { "storageClassName", claim.StorageClass },
            {
                "resources",
                new YamlMap
                {
                    {
                        "requests",
                        new YamlMap { { "storage", Quantity.Of(claim.Bytes) } }
                    },
                }
            },
        };
}

using HybridLlm.Ollama.Kubernetes.Yaml;

namespace HybridLlm.Ollama.Kubernetes;

/// <summary>The pod: where it runs, as whom, and what it brings along.</summary>
internal static class WorkloadPod
{
    private const string ShmSize = "1Gi";
    private const string ScratchSize = "1Gi";

    // For what the drain's own pause and the last bytes take.
    private const int GraceSeconds = 10;

    public static YamlMap Template(OllamaWorkload workload) =>
        new()
        {
            {
                "metadata",
                new YamlMap { { "labels", WorkloadObjects.Labels(workload) } }
            },
            { "spec", Spec(workload) },
        };

    private static YamlMap Spec(OllamaWorkload w) =>
        new()
        {
            { "runtimeClassName", w.RuntimeClass, "Brings the driver's libraries in where that is not the default." },
            { "nodeSelector", YamlMap.Texts(w.NodeSelector), "Only nodes whose GPU the model fits." },
            {
                "tolerations",
                w.ToleratedTaints.Count == 0 ? null : (YamlMap[])[.. w.ToleratedTaints.Select(Toleration)],
                "GPU and spot nodes are tainted, so that nothing else takes their place."
            },
            {
                "topologySpreadConstraints",
                w.Replicas == 1 ? null : Spread(w),
                "One zone's spot prices and losses are shared."
            },
            {
                "automountServiceAccountToken",
                false,
                "Ollama needs nothing of the API server; a token would only be there to be stolen."
            },
            {
                "enableServiceLinks",
                false,
                "Variables such as OLLAMA_PORT, made of a Service's name, are none of Ollama's."
            },
            {
                "terminationGracePeriodSeconds",
                w.DrainSeconds + GraceSeconds,
                "Drain and exit together; a spot node is gone two minutes after its notice."
            },
            { "securityContext", SecurityContext(w) },
            { "containers", new[] { WorkloadContainer.Of(w) } },
            { "volumes", Volumes(w) },
        };

    private static YamlMap Toleration(string key) => new() { { "key", key }, { "operator", "Exists" } };

    private static YamlMap[] Spread(OllamaWorkload workload) =>
        [
            new()
            {
                { "maxSkew", 1 },
                { "topologyKey", "topology.kubernetes.io/zone" },
                { "whenUnsatisfiable", "ScheduleAnyway" },
                {
                    "labelSelector",
                    new YamlMap { { "matchLabels", WorkloadObjects.Labels(workload) } }
                },
            },
        ];

    private static YamlMap SecurityContext(OllamaWorkload workload) =>
        new()
        {
            { "runAsNonRoot", true },
            { "runAsUser", workload.UserId },
            { "runAsGroup", workload.UserId },
            { "fsGroup", workload.UserId },
            {
                "seccompProfile",
                new YamlMap { { "type", "RuntimeDefault" } }
            },
        };

    private static YamlMap[] Volumes(OllamaWorkload workload)
    {
        List<YamlMap> volumes = [Scratch("scratch", null, ScratchSize), Scratch("shm", "Memory", ShmSize)];
        switch (workload.Storage)
        {
            case NvmeCache cache:
                YamlMap host = new() { { "path", cache.Path }, { "type", "DirectoryOrCreate" } };
                volumes.Add(
                    new YamlMap
                    {
                        { "name", WorkloadObjects.ModelVolume },
                        { "hostPath", host, "The node's own NVMe disk: fastest to load from, and bound to no zone." },
                    }
                );
                break;
            case ModelClaim when workload.Kind == WorkloadKind.Deployment:
                YamlMap claim = new() { { "claimName", workload.Name + "-models" } };
                volumes.Add(
                    new YamlMap { { "name", WorkloadObjects.ModelVolume }, { "persistentVolumeClaim", claim } }
                );
                break;
        }

        return [.. volumes];
    }

    private static YamlMap Scratch(string name, string? medium, string size) =>
        new()
        {
            { "name", name },
            {
                "emptyDir",
                new YamlMap { { "medium", medium }, { "sizeLimit", size } }
            },
        };
}

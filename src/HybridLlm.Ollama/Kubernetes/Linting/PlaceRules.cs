namespace HybridLlm.Ollama.Kubernetes.Linting;

/// <summary>Where a pod runs, on what, and where its weights lie.</summary>
internal static class PlaceRules
{
    public static IEnumerable<ManifestRule> All =>
        [
            new(
                "gpu",
                "No GPU is asked for: the pod may land anywhere, and answers from the CPU.",
                "Set resources.limits nvidia.com/gpu.",
                w =>
                    w.Container.Map("resources", "limits")
                        .Any(l => l.Key.Contains("gpu", StringComparison.Ordinal) && l.Value is not ("" or "0"))
            ),
            new(
                "node-selector",
                "Any GPU will do, also one the model does not fit.",
                "Select nodes by a label of their GPU.",
                w => w.Pod.Map("nodeSelector").Count > 0 || w.Pod.At("affinity", "nodeAffinity") is not null
            ),
            new(
                "liqo-label",
                "No node has the label topology.liqo.io/type: Liqo's virtual nodes have liqo.io/type, and its webhook selects them by itself.",
                "Leave it out, or select liqo.io/remote-cluster-id.",
                w => !w.Pod.Map("nodeSelector").ContainsKey("topology.liqo.io/type")
            ),
            new(
                "gpu-toleration",
                "GPU nodes are mostly tainted nvidia.com/gpu, and the pod does not put up with it.",
                "Tolerate nvidia.com/gpu.",
                w => Tolerates(w, k => k == "nvidia.com/gpu")
            ),
            new(
                "spot-toleration",
                "Spot nodes are mostly tainted, and the pod does not put up with it.",
                "Tolerate your spot nodes' taint, e.g. karpenter.sh/capacity-type.",
                w =>
                    Tolerates(
                        w,
                        k =>
                            k.Contains("spot", StringComparison.OrdinalIgnoreCase)
                            || k.Contains("capacity", StringComparison.OrdinalIgnoreCase)
                            || k.Contains("scalesetpriority", StringComparison.Ordinal)
                    )
            ),
            new(
                "runtime-class",
                "Where the NVIDIA runtime is not the default, as on k3s and Talos, the container sees no driver.",
                "Set runtimeClassName to nvidia.",
                w => w.Pod.Text("runtimeClassName").Length > 0
            ),
            new(
                "cpu-memory",
                "Processor and memory are not asked for: the pod is the first to go, and the page cache may not hold the weights.",
                "Set resources.requests cpu and memory, the latter no less than the weights.",
                w => Requests(w, "cpu") && Requests(w, "memory")
            ),
            new(
                "ephemeral-storage",
                "Local storage is not asked for: a node short of it evicts the pod.",
                "Set resources.requests ephemeral-storage.",
                w => Requests(w, "ephemeral-storage")
            ),
            new(
                "shared-memory",
                "/dev/shm is the runtime's 64 MiB, too little for several GPUs to talk through.",
                "Mount an emptyDir of medium Memory there.",
                w => w.Container.Items("volumeMounts").Any(m => m.Text("mountPath") == "/dev/shm")
            ),
            new(
                "storage",
                "The weights lie in the container's own layer, or in an emptyDir, and are pulled anew with every pod.",
                "Mount a folder of the node's NVMe disk, or a claim.",
                w =>
                    w.Pod.Items("volumes")
                        .Any(v => v.At("hostPath") is not null || v.At("persistentVolumeClaim") is not null)
                    || w.Root.Items("spec", "volumeClaimTemplates").Count > 0
            ),
            new(
                "claim-missing",
                "A claim the pod mounts is not in the manifest: unless somebody else makes it, the pod waits for ever.",
                "Add the PersistentVolumeClaim.",
                w => w.ClaimNames.All(n => w.Claims.Any(c => c.Text("metadata", "name") == n))
            ),
            new(
                "claim-zone",
                "A volume of mode ReadWriteOnce is bound to one zone: spot capacity of all others is out of reach.",
                "Use the node's NVMe disk, filled from a bucket in the region, or accept the zone.",
                w =>
                    w.ClaimNames.Count == w.Claims.Count
                    && w.Claims.All(c =>
                        c.Items("spec", "accessModes").All(m => m.Text() is "ReadWriteMany" or "ReadOnlyMany")
                    )
            ),
            new(
                "zone-spread",
                "All replicas may land in one zone, and go with its capacity.",
                "Add topologySpreadConstraints over topology.kubernetes.io/zone.",
                w => (w.Root.Number("spec", "replicas") ?? 1) <= 1 || w.Pod.Items("topologySpreadConstraints").Count > 0
            ),
        ];

    private static bool Requests(LintedWorkload workload, string resource) =>
        workload.Container.Text("resources", "requests", resource).Length > 0;

    private static bool Tolerates(LintedWorkload workload, Func<string, bool> key) =>
        workload.Pod.Items("tolerations").Any(t => t.Text("key") is var k && (k.Length == 0 || key(k)));
}

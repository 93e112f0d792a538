namespace HybridLlm.Ollama.Kubernetes;

/// <summary>Where a pod keeps its weights. The two kinds are the derived types.</summary>
public abstract record ModelStorage
{
    private protected ModelStorage() { }
}

/// <summary>A folder of the node, on its local disk: fastest, and bound to no zone. It outlives the pod, not the node.</summary>
/// <param name="Path">Absolute path on the node, on its NVMe disk; belongs to <see cref="OllamaWorkload.UserId"/>.</param>
public sealed record NvmeCache(string Path) : ModelStorage;

/// <summary>A volume claimed from the cluster. One of mode ReadWriteOnce ties the pod to the zone it was made in.</summary>
/// <param name="Bytes">Its size, bytes; the weights must fit.</param>
/// <param name="StorageClass">Class it is claimed from; null for the cluster's default.</param>
public sealed record ModelClaim(long Bytes, string? StorageClass = null) : ModelStorage;

using HybridLlm.Liqo.Clusters;

namespace HybridLlm.Liqo.Observing;

/// <summary>The ways to the clusters of one operation.</summary>
internal sealed class ClusterPorts(KubernetesPort? consumer, KubernetesPort? provider)
{
    /// <summary>The way to a cluster; only an operation that was given the cluster may name it.</summary>
    public KubernetesPort this[ClusterSide cluster] =>
        (cluster == ClusterSide.Consumer ? consumer : provider)
        ?? throw new InvalidOperationException($"This operation has no way to the {cluster}.");

    /// <summary>Those there are.</summary>
    public IEnumerable<KubernetesPort> All => new[] { consumer, provider }.OfType<KubernetesPort>();
}

using HybridLlm.Liqo.Clusters;
using HybridLlm.Liqo.Resources;

namespace HybridLlm.Liqo.Observing;

/// <summary>Which object on which cluster.</summary>
internal sealed record ObjectKey(ClusterSide Cluster, ResourceKind Kind, string? Namespace, string Name)
{
    public static ObjectKey Of(ClusterSide cluster, ResourceKind kind, ClusterObject value) =>
        new(cluster, kind, value.Namespace, value.Name);
}

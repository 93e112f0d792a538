namespace HybridLlm.Liqo.Clusters;

/// <summary>Which end of a peering a cluster is.</summary>
public enum ClusterSide
{
    /// <summary>The cluster that uses another's resources: the homelab.</summary>
    Consumer,

    /// <summary>The cluster that lends its resources: the rented one.</summary>
    Provider,
}

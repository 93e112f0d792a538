namespace HybridLlm.Liqo.Peering;

/// <summary>How pods of two peered clusters reach each other.</summary>
public enum NetworkFabric
{
    /// <summary>Not at all: offloaded pods are reached by other ways, such as a node port.</summary>
    None,

    /// <summary>
    /// By a network Liqo knows nothing of, such as Nebula. Pod addresses are reflected as they are, so the two clusters'
    /// ranges must not overlap; applying checks that.
    /// </summary>
    External,

    /// <summary>
    /// By Liqo's own gateways, one on each cluster, over WireGuard; ranges that collide are called by others. Both clusters
    /// run Liqo with its network module.
    /// </summary>
    Liqo,
}

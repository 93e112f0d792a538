namespace HybridLlm.Liqo;

/// <summary>Labels an app's own manifests need.</summary>
public static class LiqoLabels
{
    /// <summary>
    /// On a virtual node: id of the cluster it stands for. A Deployment that selects it stays with that cluster, so that a
    /// replacement can be up before the old pod goes.
    /// </summary>
    public const string RemoteClusterId = "liqo.io/remote-cluster-id";

    /// <summary>On a virtual node, with the value <see cref="VirtualNode"/>.</summary>
    public const string NodeType = "liqo.io/type";

    /// <summary>Value of <see cref="NodeType"/> on a virtual node.</summary>
    public const string VirtualNode = "virtual-node";

    /// <summary>On a namespace whose new pods may be offloaded, with the value <c>true</c>; Liqo sets it.</summary>
    public const string SchedulingEnabled = "liqo.io/scheduling-enabled";
}

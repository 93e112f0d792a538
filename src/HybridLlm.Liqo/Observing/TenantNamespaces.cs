using HybridLlm.Liqo.Clusters;
using HybridLlm.Liqo.Resources;

namespace HybridLlm.Liqo.Observing;

/// <summary>
/// Finds the namespace a cluster keeps for its peer: by label, or by its usual name for peering users, who may not list
/// namespaces but may get the one that is theirs.
/// </summary>
internal static class TenantNamespaces
{
    public static Target Listed(ClusterSide cluster, string peerId) =>
        new(
            cluster,
            new Selection(Kinds.Namespace)
            {
                Labels = $"{LiqoNames.RemoteClusterId}={peerId},{LiqoNames.TenantNamespace}",
            }
        )
        {
            IsOptional = true,
        };

    /// <summary>The usual name, where listing was refused; nothing where it was not.</summary>
    public static IEnumerable<Target> Unlisted(World world, ClusterSide cluster, string peerId) =>
        world.VersionOf(Listed(cluster, peerId)) == ObjectList.Nothing.ResourceVersion
            ? [Target.On(new ObjectKey(cluster, Kinds.Namespace, null, LiqoNames.TenantNamespaceOf(peerId)))]
            : [];

    /// <summary>Those seen: one, or none yet.</summary>
    public static IReadOnlyList<NamespaceObject> Of(World world, ClusterSide cluster, string peerId) =>
        [
            .. world
                .All(cluster, Kinds.Namespace)
                .Where(n =>
                    n.Label(LiqoNames.RemoteClusterId) == peerId && n.Label(LiqoNames.TenantNamespace) is not null
                ),
        ];
}

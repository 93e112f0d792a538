using HybridLlm.Liqo.Clusters;
using HybridLlm.Liqo.Resources;

namespace HybridLlm.Liqo.Diagnosis;

/// <summary>What a kubeconfig's user must be allowed so that a peering and its end work.</summary>
internal static class RequiredRights
{
    private static readonly string[] s_all = ["get", "list", "create", "delete"];

    /// <summary>Rights on a cluster; of the provider those of a peering user, in the namespace that is made for the consumer.</summary>
    public static IEnumerable<(string Verb, ResourceKind Kind, string? Namespace)> On(
        ClusterSide side,
        string liqoNamespace,
        string peerId
    )
    {
        var tenancy = LiqoNames.TenantNamespaceOf(peerId);
        yield return ("list", Kinds.ConfigMap, liqoNamespace);
        if (side == ClusterSide.Provider)
        {
            foreach (var verb in s_all)
            {
                yield return (verb, Kinds.Secret, tenancy);
                yield return (verb, Kinds.Tenant, tenancy);
            }

            yield return ("get", Kinds.Namespace, tenancy);
            yield break;
        }

        yield return ("get", Kinds.Secret, liqoNamespace);
        foreach (var verb in s_all)
        {
            yield return (verb, Kinds.Namespace, null);
            yield return (verb, Kinds.Secret, tenancy);
            yield return (verb, Kinds.Identity, tenancy);
            yield return (verb, Kinds.ResourceSlice, tenancy);
        }

        yield return ("patch", Kinds.ResourceSlice, tenancy);
        yield return ("list", Kinds.VirtualNode, tenancy);
        yield return ("delete", Kinds.VirtualNode, tenancy);
        yield return ("list", Kinds.Node, null);
        yield return ("list", Kinds.ForeignCluster, null);
        yield return ("patch", Kinds.ForeignCluster, null);
        yield return ("delete", Kinds.ForeignCluster, null);
    }
}

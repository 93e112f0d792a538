using System.Text.Json.Nodes;
using HybridLlm.Liqo.Clusters;
using HybridLlm.Liqo.Resources;

namespace HybridLlm.Liqo.Installation;

/// <summary>
/// What Talos needs before Liqo is installed: it enforces Pod Security everywhere, and Liqo's network needs privileged pods. Tenant
/// namespaces are labelled when a peering makes them.
/// </summary>
public static class TalosPreparation
{
    /// <summary>The namespace Liqo goes into, as YAML; apply it before the chart, which then must not create it.</summary>
    /// <param name="liqoNamespace">Name of the namespace.</param>
    public static string NamespaceManifest(string liqoNamespace = LiqoCluster.DefaultNamespace)
    {
        ArgumentException.ThrowIfNullOrEmpty(liqoNamespace);
        JsonObject labels = new(
            LiqoNames.PodSecurity.Select(l => KeyValuePair.Create(l, (JsonNode?)JsonValue.Create("privileged")))
        );
        return YamlText.Write(
            new JsonObject
            {
                ["apiVersion"] = "v1",
                ["kind"] = "Namespace",
                ["metadata"] = new JsonObject { ["name"] = liqoNamespace, ["labels"] = labels },
            }
        );
    }

    /// <summary>What else to look at on Talos, one sentence each, for a person to read.</summary>
    public static IReadOnlyList<string> Notes { get; } =
    [
        "Talos' default ranges are 10.244.0.0/16 for pods and 10.96.0.0/12 for services: give them as PodRanges and ServiceRange.",
        "As provider set ApiServer to an address that the consumer reaches, and add it to cluster.apiServer.certSANs.",
        "Cilium: keep its DaemonSet off virtual nodes (liqo.io/type DoesNotExist) and name its devices, without liqo.* and nebula*.",
        "Other DaemonSets that tolerate everything are scheduled to the virtual node and rejected there; give them the same affinity.",
        "The install and Liqo's network need a kernel of 5.10 or newer with WireGuard, which every supported Talos has.",
    ];
}

using System.Text.Json.Nodes;
using HybridLlm.Liqo.Clusters;
using HybridLlm.Liqo.Observing;
using HybridLlm.Liqo.Resources;
using HybridLlm.Liqo.Steps;

namespace HybridLlm.Liqo.Slices;

/// <summary>Keeps new pods away from a node, or lets them on again, as <c>kubectl cordon</c> does.</summary>
internal static class NodeCordon
{
    public static UpdateStep Step(Node node, bool isCordoned) =>
        new(
            ObjectKey.Of(ClusterSide.Consumer, Kinds.Node, node),
            new JsonObject { ["spec"] = new JsonObject { ["unschedulable"] = isCordoned } },
            isCordoned ? "keeps new pods away" : "lets new pods on"
        );
}

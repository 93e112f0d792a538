using HybridLlm.Liqo.Peering;

namespace HybridLlm.Liqo.Diagnosis;

/// <summary>
/// Whether a node of the consumer has the virtual node's name already. A peering that begins does not look: it would run into it only at its
/// last wait.
/// </summary>
internal static class NodeNameFindings
{
    public static IEnumerable<PreflightFinding> Of(PeeringSpec spec, ClusterSurvey consumer, ClusterSurvey provider)
    {
        if (provider.Id is null)
        {
            yield break;
        }

        var name = spec.SliceName ?? provider.Id;
        yield return consumer.Nodes is null
            ? PreflightJudge.Unseen(
                PreflightCheck.NodeName,
                consumer.Side,
                $"nodes, of which one may be called '{name}'"
            )
        : consumer.Nodes.Any(n => n.Name == name && n.Label(LiqoLabels.RemoteClusterId) != provider.Id)
            ? PreflightJudge.Fail(
                PreflightCheck.NodeName,
                consumer.Side,
                $"It has a node '{name}' that does not stand for '{provider.Id}'.",
                "Choose another SliceName: it names the virtual node as well."
            )
        : PreflightJudge.Pass(PreflightCheck.NodeName, consumer.Side, $"No other node is called '{name}'.");
    }
}

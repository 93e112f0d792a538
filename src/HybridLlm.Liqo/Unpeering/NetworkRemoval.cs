using HybridLlm.Liqo.Clusters;
using HybridLlm.Liqo.Observing;
using HybridLlm.Liqo.Resources;
using HybridLlm.Liqo.Steps;

namespace HybridLlm.Liqo.Unpeering;

/// <summary>Takes Liqo's own network down where there is one: the calling gateway first, the names of the ranges last.</summary>
internal static class NetworkRemoval
{
    public static IReadOnlyList<ResourceKind> Kinds { get; } =
    [
        Resources.Kinds.GatewayClient,
        Resources.Kinds.GatewayServer,
        Resources.Kinds.PublicKey,
        Resources.Kinds.Configuration,
    ];

    /// <summary>What the provider keeps of it in a namespace for the consumer.</summary>
    public static IEnumerable<Target> OnProvider(string ns) =>
        Kinds.Select(k => new Target(ClusterSide.Provider, new Selection(k, ns)) { IsOptional = true });

    public static IEnumerable<PlannedStep> Deletions(World world, ClusterSide side) =>
        Kinds.SelectMany(k => RemovalSteps.Delete(side, k, world.All(side, k), "takes the network down"));

    /// <summary>Deletes it on both clusters, then waits for both.</summary>
    public static IEnumerable<PlannedStep> Steps(UnpeeringSpec spec, UnpeeringFacts facts)
    {
        ClusterSide[] sides = [ClusterSide.Consumer, ClusterSide.Provider];
        return
        [
            .. sides.SelectMany(s => Deletions(facts.World, s)),
            .. from side in sides
            from kind in Kinds
            from held in facts.World.All(side, kind)
            select WaitForEnd.Of(ObjectKey.Of(side, kind, held), spec.Patience, held.Holders),
        ];
    }
}

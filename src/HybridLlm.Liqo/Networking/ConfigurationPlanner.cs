using HybridLlm.Liqo.Clusters;
using HybridLlm.Liqo.Observing;
using HybridLlm.Liqo.Peering;
using HybridLlm.Liqo.Resources;
using HybridLlm.Liqo.Steps;

namespace HybridLlm.Liqo.Networking;

/// <summary>How each cluster learns the other's ranges, and calls them by others where they collide with its own.</summary>
internal static class ConfigurationPlanner
{
    private const string Pods = "pod-cidr";
    private const string Externals = "external-cidr";

    public static IEnumerable<PlannedStep> Steps(GatewaySpec spec, TimeSpan patience, PairFacts facts)
    {
        ClusterSide[] sides = [spec.Client, spec.Server];
        return [.. sides.SelectMany(s => Writes(facts, s)), .. sides.SelectMany(s => Waits(patience, facts, s))];
    }

    /// <summary>Ranges of the other cluster, written where they are not its own.</summary>
    private static IEnumerable<PlannedStep> Writes(PairFacts facts, ClusterSide side)
    {
        var other = side == ClusterSide.Consumer ? ClusterSide.Provider : ClusterSide.Consumer;
        var key = NetworkObjects.KeyOf(facts, side, Kinds.Configuration);
        Configuration wanted = new()
        {
            Metadata = new ObjectMeta
            {
                Name = key.Name,
                Namespace = key.Namespace,
                Labels = new Dictionary<string, string> { [LiqoNames.RemoteClusterId] = facts.PeerOf(side) },
            },
            Spec = new ConfigurationSpec
            {
                Remote = new ClusterRanges
                {
                    Cidr = new RangeLists
                    {
                        Pod = Ranges(facts, other, Pods),
                        External = Ranges(facts, other, Externals),
                    },
                },
            },
        };
        return Ensure.AsWanted(facts.World, key, wanted, $"the ranges of '{facts.PeerOf(side)}'") is { } write
            ? [write]
            : [];
    }

    private static IEnumerable<PlannedStep> Waits(TimeSpan patience, PairFacts facts, ClusterSide side)
    {
        var there = NetworkObjects.ConfigurationOn(facts, side);
        if (there?.IsReady == true)
        {
            yield break;
        }

        var key = NetworkObjects.KeyOf(facts, side, Kinds.Configuration);
        var told = there?.Status?.Conditions is [.., var last] ? last : null;
        yield return new WaitStep(key, "the ranges to have names on this cluster")
        {
            Targets = [Target.On(key)],
            Patience = patience,
            LastObserved = told is null ? "the Configuration has no status yet" : $"{told}",
            Remedy = "Look at Liqo's controller manager and at its IPAM pod: a pool may be used up (ipam.pools).",
        };
    }

    private static IReadOnlyList<string> Ranges(PairFacts facts, ClusterSide side, string type)
    {
        var found = NetworkObjects.RangesOf(facts, side, type);
        return found.Count > 0
            ? found
            : throw new LiqoRefusedException(
                LiqoRefusal.NetworkModuleOff,
                $"On the {side}, Liqo tells no {type}: its network module is off, or it starts just now.",
                "Install Liqo with networking.enabled on both clusters, or peer with another NetworkFabric."
            );
    }
}

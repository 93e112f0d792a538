using HybridLlm.Waking;

namespace HybridLlm.QuickStart;

/// <summary>Waits until the idle GPU has been given back.</summary>
internal static class SleepAct
{
    public static async Task WaitAsync(HybridCluster cluster, Narrator narrator, CancellationToken cancellationToken)
    {
        narrator.Say(
            $"Idle; after {cluster.Spec.Life.IdleTimeout.TotalMinutes:0} minutes without a request the GPU goes."
        );
        await foreach (var happened in cluster.WatchAsync(cancellationToken))
        {
            if (happened is { Stage: ClusterStages.Sleep, Kind: ClusterEventKind.Done })
            {
                break;
            }
        }

        var status = await cluster.StatusAsync(cancellationToken);
        narrator.Say(
            status.Phase == WakePhase.Asleep && status.Instances.Count == 1
                ? "Asleep: of all instances only the lighthouse is left."
                : $"{status.Phase}, {status.Instances.Count} instances."
        );
    }
}

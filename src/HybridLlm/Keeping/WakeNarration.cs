using HybridLlm.Applying;
using HybridLlm.Planning;

namespace HybridLlm.Keeping;

/// <summary>Tells that a stage of a wake has begun, and how long it is expected to take.</summary>
internal static class WakeNarration
{
    public static void Expect(ClusterContext context, string stage, string message) =>
        context.Events.Publish(
            ClusterEventKind.Progress,
            stage,
            message,
            HybridClusterPlanner.WakeStages.FirstOrDefault(s => s.Stage == stage)?.Expected
        );
}

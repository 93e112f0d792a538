using HybridLlm.AwsGpu.Interruptions;

namespace HybridLlm.Keeping;

/// <summary>What an operator is told of an interruption.</summary>
internal static class InterruptionWords
{
    /// <summary>One sentence; null for an end, of which whoever saw it tells.</summary>
    public static string? Of(string wakeId, InterruptionSignal signal)
    {
        var source = signal.Source switch
        {
            InterruptionSource.NodeAgent => "the node",
            InterruptionSource.Queue => "the queue",
            _ => "EC2",
        };
        return signal.Kind switch
        {
            InterruptionKind.Ended => null,
            InterruptionKind.Notice =>
                $"EC2 takes {wakeId}{(signal.EndsAt is { } end ? $" at {end:u}" : "")}, says {source}.",
            _ => $"EC2 recommends to move away from {wakeId}, says {source}.",
        };
    }
}

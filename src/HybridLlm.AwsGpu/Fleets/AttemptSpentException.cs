namespace HybridLlm.AwsGpu.Fleets;

/// <summary>This attempt at this intent had its node, and the node has ended.</summary>
public sealed class AttemptSpentException : AwsGpuException
{
    internal AttemptSpentException(string intentId, int attempt, string instanceId)
        : base(
            $"Attempt {attempt} at intent {intentId} launched {instanceId}, which has ended.",
            "Launch with the next attempt number, or make a new intent."
        ) => InstanceId = instanceId;

    /// <summary>The instance that has ended.</summary>
    public string InstanceId { get; }
}

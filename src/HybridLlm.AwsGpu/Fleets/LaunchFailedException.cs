namespace HybridLlm.AwsGpu.Fleets;

/// <summary>An instance was launched and does not come to run.</summary>
public sealed class LaunchFailedException : AwsGpuException
{
    internal LaunchFailedException(string region, string instanceId, InstanceStatus? last)
        : base(
            $"The instance {instanceId} in {region} does not run: "
                + $"{(last is null ? "EC2 does not list it" : $"it is {last.Phase}, {last.StateReason ?? "no reason given"}")}.",
            "Apply again with the next attempt number; if it fails again, look at the reason in EC2's console."
        ) => InstanceId = instanceId;

    /// <summary>EC2's id of the instance.</summary>
    public string InstanceId { get; }
}

namespace HybridLlm.AwsGpu.Offerings;

/// <summary>What the planner turned down.</summary>
/// <param name="InstanceType">EC2's name, e.g. <c>g4dn.xlarge</c>.</param>
/// <param name="Zone">The zone; null when the type is turned down in every zone.</param>
/// <param name="Reason">Why, in words, e.g. <c>has 16384 MiB of GPU memory, needs 20000</c>.</param>
public sealed record RejectedOffer(string InstanceType, AvailabilityZone? Zone, string Reason);

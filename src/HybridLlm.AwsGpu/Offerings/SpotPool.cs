namespace HybridLlm.AwsGpu.Offerings;

/// <summary>One instance type in one zone: where spot capacity and its price are set.</summary>
/// <param name="InstanceType">EC2's name, e.g. <c>g6.xlarge</c>.</param>
/// <param name="Zone">The zone.</param>
/// <param name="SpotPrice">Spot price now, USD per instance-hour; null when EC2 quotes none.</param>
public sealed record SpotPool(string InstanceType, AvailabilityZone Zone, decimal? SpotPrice);

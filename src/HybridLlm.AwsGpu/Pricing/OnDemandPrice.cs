namespace HybridLlm.AwsGpu.Pricing;

/// <summary>What an instance type costs on demand.</summary>
/// <param name="UsdPerHour">USD per instance-hour, Linux, shared tenancy.</param>
/// <param name="IsKnown">False when the region's price is not known and the dearest known one stands in for it.</param>
public sealed record OnDemandPrice(decimal UsdPerHour, bool IsKnown);

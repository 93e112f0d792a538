namespace HybridLlm.AwsGpu;

/// <summary>A zone of a region as this account sees it.</summary>
/// <param name="Id">The same physical zone in every account, e.g. <c>use1-az1</c>.</param>
/// <param name="Name">This account's name of it, e.g. <c>us-east-1a</c>; another account may call another zone so.</param>
public sealed record AvailabilityZone(string Id, string Name);

namespace HybridLlm.AwsGpu.Leases;

/// <summary>What to do about a lease.</summary>
/// <param name="RenewUntil">How far to renew it now; null leaves it as it is.</param>
/// <param name="LookAgainAt">When to decide again, the renewal done; null when the lease reaches the absolute end.</param>
public sealed record LeaseDecision(DateTimeOffset? RenewUntil, DateTimeOffset? LookAgainAt);

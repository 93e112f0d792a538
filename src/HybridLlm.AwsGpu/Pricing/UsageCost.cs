namespace HybridLlm.AwsGpu.Pricing;

/// <summary>The cost of one usage pattern.</summary>
/// <param name="HoursAwakePerDay">0 is asleep all day, 24 awake all day.</param>
/// <param name="PerDay">USD per day, foundation included.</param>
/// <param name="PerMonth">USD per month of 730 hours, foundation included.</param>
public sealed record UsageCost(decimal HoursAwakePerDay, decimal PerDay, decimal PerMonth);

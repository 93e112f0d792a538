namespace HybridLlm.AwsGpu.Offerings;

/// <summary>The answer for one instance type the caller asked about.</summary>
/// <param name="InstanceType">The type asked about.</param>
/// <param name="Cheapest">Its cheapest offer; null when none fits.</param>
/// <param name="Reason">Why none fits; null when one does.</param>
public sealed record TypeAnswer(string InstanceType, Offer? Cheapest, string? Reason);

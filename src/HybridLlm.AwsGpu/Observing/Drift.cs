namespace HybridLlm.AwsGpu.Observing;

/// <summary>One difference between what is there and what should be.</summary>
/// <param name="Kind">What kind of difference.</param>
/// <param name="Subject">EC2's id of the instance, or the step that would set it right.</param>
/// <param name="Description">What is the matter, in words.</param>
/// <param name="Remedy">What to do about it.</param>
public sealed record Drift(DriftKind Kind, string Subject, string Description, string Remedy);

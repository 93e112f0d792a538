namespace HybridLlm.AwsGpu.Observing;

/// <summary>A node the caller's journal knows of and has not given back.</summary>
/// <param name="IntentId">Id of its intent, known before the launch.</param>
/// <param name="InstanceId">EC2's id; null when the launch was not answered.</param>
public sealed record KnownNode(string IntentId, string? InstanceId);

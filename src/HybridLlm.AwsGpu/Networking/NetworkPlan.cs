namespace HybridLlm.AwsGpu.Networking;

/// <summary>What is still missing from the network, in order of dependency.</summary>
/// <param name="Spec">The network wanted.</param>
/// <param name="Steps">Changes to make; empty when the network stands as wanted.</param>
public sealed record NetworkPlan(NetworkSpec Spec, IReadOnlyList<NetworkStep> Steps);

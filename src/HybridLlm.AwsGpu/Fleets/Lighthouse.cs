namespace HybridLlm.AwsGpu.Fleets;

/// <summary>The lighthouse as it stands.</summary>
/// <param name="InstanceId">EC2's id of the instance.</param>
/// <param name="PublicIp">Its Elastic IP, where every node of the mesh looks for it.</param>
public sealed record Lighthouse(string InstanceId, string PublicIp);

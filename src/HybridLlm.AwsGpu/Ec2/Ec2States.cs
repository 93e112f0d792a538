using Amazon.EC2;
using Amazon.EC2.Model;

namespace HybridLlm.AwsGpu.Ec2;

/// <summary>EC2 goes on listing some kinds of resources after their end; these tell which still exist.</summary>
internal static class Ec2States
{
    public static bool Exists(VpcEndpoint endpoint) =>
        !Is(endpoint.State?.Value, State.Deleting.Value) && !Is(endpoint.State?.Value, State.Deleted.Value);

    public static bool Exists(Instance instance) => instance.State?.Name != InstanceStateName.Terminated;

    /// <summary>EC2 spells some states with a capital in one place and without in another.</summary>
    private static bool Is(string? state, string expected) =>
        string.Equals(state, expected, StringComparison.OrdinalIgnoreCase);
}

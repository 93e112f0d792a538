using Amazon.EC2;
using Amazon.EC2.Model;

namespace HybridLlm.AwsGpu.Ec2;

/// <summary>EC2 goes on listing some kinds of resources after their end; these tell which still exist.</summary>
internal static class Ec2States
{
    public static bool Exists(VpcEndpoint endpoint) => !IsDeleted(endpoint.State?.Value);

    public static bool Exists(Instance instance) => instance.State?.Name != InstanceStateName.Terminated;

    public static bool Exists(Volume volume) => !IsDeleted(volume.State?.Value);

    /// <summary>An instant fleet's record ends in one of EC2's "deleted" states, with or without its instances.</summary>
    public static bool Exists(FleetData fleet) => !IsDeleted(fleet.FleetState?.Value);

    /// <summary>EC2 spells these states with a capital for one kind and without for another.</summary>
    private static bool IsDeleted(string? state) =>
        state?.StartsWith("delet", StringComparison.OrdinalIgnoreCase) == true;
}

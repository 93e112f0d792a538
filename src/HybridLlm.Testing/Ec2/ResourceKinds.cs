using HybridLlm.Testing.Ec2.Fleets;
using HybridLlm.Testing.Ec2.Instances;
using HybridLlm.Testing.Ec2.LaunchTemplates;
using HybridLlm.Testing.Ec2.Networking;
using HybridLlm.Testing.Ec2.Volumes;

namespace HybridLlm.Testing.Ec2;

/// <summary>Every kind of resource there is, for calls that take any id.</summary>
internal static class ResourceKinds
{
    private static readonly ResourceKind[] s_all =
    [
        Vpc.Kind,
        Subnet.Kind,
        InternetGateway.Kind,
        RouteTable.Kind,
        VpcEndpoint.Kind,
        SecurityGroup.Kind,
        SecurityGroupRule.Kind,
        ElasticAddress.Kind,
        NetworkInterface.Kind,
        LaunchTemplate.Kind,
        Fleet.Kind,
        Instance.Kind,
        SpotRequest.Kind,
        Volume.Kind,
        Snapshot.Kind,
    ];

    /// <summary>The kind an id belongs to; null for none.</summary>
    public static ResourceKind? ByPrefix(string id) =>
        Array.Find(s_all, k => id.StartsWith(k.Prefix + "-", StringComparison.Ordinal));
}

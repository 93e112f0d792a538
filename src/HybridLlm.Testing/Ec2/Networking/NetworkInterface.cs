using HybridLlm.Testing.Ec2.Billing;
using HybridLlm.Testing.Ec2.Instances;

namespace HybridLlm.Testing.Ec2.Networking;

/// <summary>The network interface of an instance; it lives and dies with it.</summary>
internal sealed class NetworkInterface(
    string id,
    DateTimeOffset created,
    Subnet subnet,
    string privateIp,
    IReadOnlyList<SecurityGroup> groups
) : Resource(Kind, id, created), IResource
{
    public static ResourceKind Kind { get; } =
        new("network-interface", "eni", "InvalidNetworkInterfaceID.NotFound", "networkInterface ID");

    public Subnet Subnet => subnet;

    public string PrivateIp => privateIp;

    public IReadOnlyList<SecurityGroup> Groups => groups;

    public required string AttachmentId { get; init; }

    /// <summary>From the id, so that it needs no number of its own.</summary>
    public string MacAddress =>
        string.Join(':', Enumerable.Range(0, 5).Select(i => Id.Substring(6 + (2 * i), 2)).Prepend("02"));

    public string? Description { get; init; }

    /// <summary>Null in a subnet that assigns none.</summary>
    public string? Ipv6 { get; init; }

    /// <summary>Whether the subnet or the launch asked for a public address.</summary>
    public bool WantsPublicIp { get; init; }

    public Instance Instance { get; set; } = null!;

    /// <summary>Elastic IP address it is reached by; null without.</summary>
    public ElasticAddress? Elastic { get; set; }

    /// <summary>Address out of EC2's pool, while it runs and has no elastic one.</summary>
    public string? AutomaticPublicIp { get; set; }

    /// <summary>What the automatic address costs; null while there is none.</summary>
    public Usage? AutomaticUsage { get; set; }

    public string? PublicIp => Elastic?.PublicIp ?? AutomaticPublicIp;

    public override string StateName => "in-use";
}

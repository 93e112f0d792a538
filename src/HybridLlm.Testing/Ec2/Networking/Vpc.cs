namespace HybridLlm.Testing.Ec2.Networking;

/// <summary>A virtual private cloud.</summary>
internal sealed class Vpc(string id, DateTimeOffset created, Ipv4Block block) : Resource(Kind, id, created), IResource
{
    public static ResourceKind Kind { get; } = new("vpc", "vpc", "InvalidVpcID.NotFound", "vpc ID");

    public Ipv4Block Block => block;

    /// <summary>Its IPv6 range, a /56 in text; null without one.</summary>
    public Ipv6Block? Ipv6 { get; set; }

    public bool DnsSupport { get; set; } = true;

    public bool DnsHostnames { get; set; }

    public override string StateName => "available";
}

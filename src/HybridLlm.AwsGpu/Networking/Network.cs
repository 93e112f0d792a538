namespace HybridLlm.AwsGpu.Networking;

/// <summary>The network as it stands.</summary>
public sealed record Network
{
    /// <summary>Region, e.g. <c>eu-west-1</c>.</summary>
    public required string Region { get; init; }

    /// <summary>Id of the VPC.</summary>
    public required string VpcId { get; init; }

    /// <summary>Its address range.</summary>
    public required string Cidr { get; init; }

    /// <summary>Its IPv6 range, a /56; null without one.</summary>
    public string? Ipv6Cidr { get; init; }

    /// <summary>Subnets by zone id.</summary>
    public required IReadOnlyList<Subnet> Subnets { get; init; }

    /// <summary>Id of the security group of GPU nodes.</summary>
    public required string NodeSecurityGroupId { get; init; }

    /// <summary>Id of the security group of the lighthouse.</summary>
    public required string LighthouseSecurityGroupId { get; init; }
}

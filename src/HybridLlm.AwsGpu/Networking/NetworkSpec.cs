namespace HybridLlm.AwsGpu.Networking;

/// <summary>The cluster's network in one region: a VPC with a subnet in every zone used and two closed security groups.</summary>
public sealed record NetworkSpec
{
    /// <summary>Whose network it is.</summary>
    public required ResourceOwner Owner { get; init; }

    /// <summary>Plan under which it is made; stands in the tags.</summary>
    public required string PlanId { get; init; }

    /// <summary>Region, e.g. <c>eu-west-1</c>.</summary>
    public required string Region { get; init; }

    /// <summary>Private IPv4 range of the VPC, <c>/16</c> to <c>/24</c>; it must not overlap the home network or the mesh.</summary>
    public string Cidr { get; init; } = "10.78.0.0/16";

    /// <summary>
    /// Ids of the zones to have a subnet in; null takes every zone of the region, which costs nothing and gives the
    /// launcher the most pools.
    /// </summary>
    public IReadOnlyList<string>? ZoneIds { get; init; }

    /// <summary>
    /// Whether the network has IPv6 besides IPv4: 256 of Amazon's ranges for the VPC, one for each subnet, and an address for every instance, all free
    /// of charge. A network that stands is completed. In a VPC of your own only the security groups follow: give it its ranges and routes yourself.
    /// </summary>
    public bool Ipv6 { get; init; }

    /// <summary>
    /// A VPC of your own to use; null makes one of <see cref="Cidr"/>, which counts for nothing otherwise. Nothing of it is changed or deleted: only
    /// two security groups are added. Its subnets need a route to an internet gateway, as nodes have no other way to AWS and to the mesh.
    /// </summary>
    public string? ExistingVpcId { get; init; }

    /// <summary>
    /// Subnets of <see cref="ExistingVpcId"/> to use, at most one a zone; null takes every one with a route to an internet gateway, the first by id
    /// in each zone.
    /// </summary>
    public IReadOnlyList<string>? ExistingSubnetIds { get; init; }

    /// <summary>UDP port of the mesh, 1–65535.</summary>
    public int MeshPort { get; init; } = 4242;

    /// <summary>
    /// Whether GPU nodes accept mesh packets from the internet. Needed only where the home network's NAT is symmetric and
    /// cannot be punched through; by default nodes accept no connection at all.
    /// </summary>
    public bool NodesAcceptMesh { get; init; }
}

namespace HybridLlm.AwsGpu.Networking;

/// <summary>What of the cluster's network exists, found by tags.</summary>
internal sealed record NetworkFacts
{
    public required IReadOnlyList<AvailabilityZone> Zones { get; init; }

    /// <summary>The user's own VPC; null when none is named, or it does not exist.</summary>
    public ExistingVpcFact? Existing { get; init; }
    public IReadOnlyList<VpcFact> Vpcs { get; init; } = [];
    public IReadOnlyList<GatewayFact> Gateways { get; init; } = [];
    public IReadOnlyList<SubnetFact> Subnets { get; init; } = [];
    public IReadOnlyList<RouteTableFact> RouteTables { get; init; } = [];
    public IReadOnlyList<EndpointFact> Endpoints { get; init; } = [];
    public IReadOnlyList<SecurityGroupFact> SecurityGroups { get; init; } = [];
}

/// <param name="Id">Id of the VPC.</param>
/// <param name="Cidr">Its first range.</param>
/// <param name="Subnets">All its subnets.</param>
/// <param name="PublicSubnetIds">Those with a route to an internet gateway.</param>
internal sealed record ExistingVpcFact(
    string Id,
    string Cidr,
    IReadOnlyList<SubnetFact> Subnets,
    IReadOnlySet<string> PublicSubnetIds
)
{
    public bool HasIpv6 { get; init; }
}

internal sealed record VpcFact(string Id, string Cidr)
{
    /// <summary>Its IPv6 range; null without one.</summary>
    public string? Ipv6Block { get; init; }
}

internal sealed record GatewayFact(string Id, string? VpcId);

internal sealed record SubnetFact(string Id, string VpcId, string ZoneId, string Cidr)
{
    /// <summary>Its IPv6 range; null without one.</summary>
    public string? Ipv6Range { get; init; }

    /// <summary>Whether its instances get an IPv6 address.</summary>
    public bool AssignsIpv6 { get; init; }
}

internal sealed record RouteTableFact(
    string Id,
    string VpcId,
    string? InternetGatewayId,
    IReadOnlyList<string> SubnetIds
)
{
    public bool HasIpv6Route { get; init; }
}

internal sealed record EndpointFact(string Id, IReadOnlyList<string> RouteTableIds);

internal sealed record SecurityGroupFact(string Id, string VpcId, string Component, IReadOnlyList<FirewallRule> Rules);

namespace HybridLlm.Testing.Ec2.Networking;

/// <summary>A route.</summary>
/// <param name="Destination">CIDR block, or prefix list id for a gateway endpoint.</param>
/// <param name="Gateway">Internet gateway or VPC endpoint.</param>
internal sealed record Route(string Destination, Resource Gateway);

/// <summary>Which subnet uses the table.</summary>
/// <param name="Id">E.g. <c>rtbassoc-0…</c>.</param>
/// <param name="Subnet">Null for the main association of the VPC.</param>
internal sealed record RouteTableAssociation(string Id, Subnet? Subnet);

/// <summary>A route table; the VPC's main one is made and deleted with it.</summary>
internal sealed class RouteTable(string id, DateTimeOffset created, Vpc vpc, string? mainAssociation = null)
    : Resource(Kind, id, created),
        IResource
{
    public static ResourceKind Kind { get; } =
        new("route-table", "rtb", "InvalidRouteTableID.NotFound", "routeTable ID");

    public Vpc Vpc => vpc;

    /// <summary>Besides the local route, which is always there.</summary>
    public List<Route> Routes { get; } = [];

    public List<RouteTableAssociation> Associations { get; } =
        mainAssociation is null ? [] : [new RouteTableAssociation(mainAssociation, null)];

    public bool IsMain => Associations.Any(a => a.Subnet is null);
}

namespace HybridLlm.AwsGpu.Networking;

/// <summary>
/// The parts that make up the one network of a cluster. An apply that lost an answer can leave two VPCs; then the one
/// with most subnets counts (by id between equals), always the same one, and teardown removes the other with the rest.
/// </summary>
internal sealed class NetworkParts
{
    public NetworkParts(NetworkSpec spec, NetworkFacts facts)
    {
        if (spec.ExistingVpcId is not null)
        {
            Vpc = facts.Existing is { } existing ? new VpcFact(existing.Id, existing.Cidr) : null;
            Subnets = ExistingSubnets.Choose(spec, facts).ToDictionary(s => s.ZoneId);
            SecurityGroups = GroupsOf(facts);
            return;
        }

        Vpc = facts
            .Vpcs.OrderByDescending(v => facts.Subnets.Count(s => s.VpcId == v.Id))
            .ThenBy(v => v.Id, StringComparer.Ordinal)
            .FirstOrDefault();
        Gateway =
            First(facts.Gateways.Where(g => g.VpcId is not null && g.VpcId == Vpc?.Id), g => g.Id)
            ?? First(facts.Gateways.Where(g => g.VpcId is null), g => g.Id);
        RouteTable = First(facts.RouteTables.Where(t => t.VpcId == Vpc?.Id), t => t.Id);
        Endpoint = First(
            facts.Endpoints.Where(e => RouteTable is not null && e.RouteTableIds.Contains(RouteTable.Id)),
            e => e.Id
        );
        Subnets = facts
            .Subnets.Where(s => s.VpcId == Vpc?.Id)
            .GroupBy(s => s.ZoneId)
            .ToDictionary(g => g.Key, g => First(g, s => s.Id)!);
        SecurityGroups = GroupsOf(facts);
    }

    public VpcFact? Vpc { get; }
    public GatewayFact? Gateway { get; }
    public RouteTableFact? RouteTable { get; }
    public EndpointFact? Endpoint { get; }
    public IReadOnlyDictionary<string, SubnetFact> Subnets { get; }
    public IReadOnlyDictionary<string, SecurityGroupFact> SecurityGroups { get; }

    private Dictionary<string, SecurityGroupFact> GroupsOf(NetworkFacts facts) =>
        facts
            .SecurityGroups.Where(s => s.VpcId == Vpc?.Id)
            .GroupBy(s => s.Component)
            .ToDictionary(g => g.Key, g => First(g, s => s.Id)!);

    private static T? First<T>(IEnumerable<T> parts, Func<T, string> id)
        where T : class => parts.MinBy(id, StringComparer.Ordinal);
}

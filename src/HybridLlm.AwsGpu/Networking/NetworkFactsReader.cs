using Amazon.EC2;
using Amazon.EC2.Model;
using HybridLlm.AwsGpu.Ec2;

namespace HybridLlm.AwsGpu.Networking;

/// <summary>Reads what of a cluster's network exists, by the owner's tags, all kinds in parallel.</summary>
internal sealed class NetworkFactsReader(AwsClients clients, ResourceOwner owner, string region)
{
    private AmazonEC2Client Ec2 => clients.Ec2(region);

    public async Task<NetworkFacts> ReadAsync(CancellationToken cancellationToken)
    {
        var zones = new ZonePort(clients).ListAsync(region, cancellationToken);
        var vpcs = ReadVpcsAsync(cancellationToken);
        var gateways = ReadGatewaysAsync(cancellationToken);
        var subnets = ReadSubnetsAsync(cancellationToken);
        var routeTables = ReadRouteTablesAsync(cancellationToken);
        var endpoints = ReadEndpointsAsync(cancellationToken);
        var groups = ReadSecurityGroupsAsync(cancellationToken);
        await Task.WhenAll(zones, vpcs, gateways, subnets, routeTables, endpoints, groups).ConfigureAwait(false);
        return new NetworkFacts
        {
            Zones = await zones.ConfigureAwait(false),
            Vpcs = await vpcs.ConfigureAwait(false),
            Gateways = await gateways.ConfigureAwait(false),
            Subnets = await subnets.ConfigureAwait(false),
            RouteTables = await routeTables.ConfigureAwait(false),
            Endpoints = await endpoints.ConfigureAwait(false),
            SecurityGroups = await groups.ConfigureAwait(false),
        };
    }

    private Task<List<VpcFact>> ReadVpcsAsync(CancellationToken cancellationToken) =>
        clients.Caller.ListAsync(
            next => new DescribeVpcsRequest { Filters = Ec2Tags.OwnedBy(owner), NextToken = next },
            Ec2.DescribeVpcsAsync,
            page => (page.Vpcs?.Select(v => new VpcFact(v.VpcId, v.CidrBlock)), page.NextToken),
            cancellationToken
        );

    private Task<List<GatewayFact>> ReadGatewaysAsync(CancellationToken cancellationToken) =>
        clients.Caller.ListAsync(
            next => new DescribeInternetGatewaysRequest { Filters = Ec2Tags.OwnedBy(owner), NextToken = next },
            Ec2.DescribeInternetGatewaysAsync,
            page =>
                (
                    page.InternetGateways?.Select(g => new GatewayFact(
                        g.InternetGatewayId,
                        g.Attachments is [var attached, ..] ? attached.VpcId : null
                    )),
                    page.NextToken
                ),
            cancellationToken
        );

    private Task<List<SubnetFact>> ReadSubnetsAsync(CancellationToken cancellationToken) =>
        clients.Caller.ListAsync(
            next => new DescribeSubnetsRequest { Filters = Ec2Tags.OwnedBy(owner), NextToken = next },
            Ec2.DescribeSubnetsAsync,
            page =>
                (
                    page.Subnets?.Select(s => new SubnetFact(s.SubnetId, s.VpcId, s.AvailabilityZoneId, s.CidrBlock)),
                    page.NextToken
                ),
            cancellationToken
        );

    private Task<List<RouteTableFact>> ReadRouteTablesAsync(CancellationToken cancellationToken) =>
        clients.Caller.ListAsync(
            next => new DescribeRouteTablesRequest { Filters = Ec2Tags.OwnedBy(owner), NextToken = next },
            Ec2.DescribeRouteTablesAsync,
            page => (page.RouteTables?.Select(ToFact), page.NextToken),
            cancellationToken
        );

    private Task<List<EndpointFact>> ReadEndpointsAsync(CancellationToken cancellationToken) =>
        clients.Caller.ListAsync(
            next => new DescribeVpcEndpointsRequest { Filters = Ec2Tags.OwnedBy(owner), NextToken = next },
            Ec2.DescribeVpcEndpointsAsync,
            page =>
                (
                    page.VpcEndpoints?.Where(Ec2States.Exists)
                        .Select(e => new EndpointFact(e.VpcEndpointId, e.RouteTableIds ?? [])),
                    page.NextToken
                ),
            cancellationToken
        );

    private Task<List<SecurityGroupFact>> ReadSecurityGroupsAsync(CancellationToken cancellationToken) =>
        clients.Caller.ListAsync(
            next => new DescribeSecurityGroupsRequest { Filters = Ec2Tags.OwnedBy(owner), NextToken = next },
            Ec2.DescribeSecurityGroupsAsync,
            page =>
                (
                    page.SecurityGroups?.Select(g => new SecurityGroupFact(
                        g.GroupId,
                        g.VpcId,
                        Ec2Tags.FromSdk(g.Tags).GetValueOrDefault(ResourceTags.Component, ""),
                        FirewallRuleMap.FromSdk(g)
                    )),
                    page.NextToken
                ),
            cancellationToken
        );

    private static RouteTableFact ToFact(RouteTable table) =>
        new(
            table.RouteTableId,
            table.VpcId,
            (table.Routes ?? [])
                .Find(r =>
                    r.DestinationCidrBlock == FirewallRule.Anywhere
                    && r.GatewayId?.StartsWith("igw-", StringComparison.Ordinal) == true
                )
                ?.GatewayId,
            [.. (table.Associations ?? []).Select(a => a.SubnetId).OfType<string>()]
        );
}

using Amazon.EC2;
using Amazon.EC2.Model;
using HybridLlm.AwsGpu.Ec2;

namespace HybridLlm.AwsGpu.Networking;

/// <summary>Reads what of a cluster's network exists, by the owner's tags, all kinds in parallel.</summary>
internal sealed class NetworkFactsReader(AwsClients clients, NetworkSpec spec)
{
    private readonly ResourceOwner _owner = spec.Owner;
    private readonly string _region = spec.Region;

    private AmazonEC2Client Ec2 => clients.Ec2(_region);

    public async Task<NetworkFacts> ReadAsync(CancellationToken cancellationToken)
    {
        var zones = new ZonePort(clients).ListAsync(_region, cancellationToken);
        var vpcs = ReadVpcsAsync(cancellationToken);
        var gateways = ReadGatewaysAsync(cancellationToken);
        var subnets = ReadSubnetsAsync(cancellationToken);
        var routeTables = ReadRouteTablesAsync(cancellationToken);
        var endpoints = ReadEndpointsAsync(cancellationToken);
        var groups = ReadSecurityGroupsAsync(cancellationToken);
        var existing = ReadExistingAsync(cancellationToken);
        await Task.WhenAll(zones, vpcs, gateways, subnets, routeTables, endpoints, groups, existing)
            .ConfigureAwait(false);
        return new NetworkFacts
        {
            Zones = await zones.ConfigureAwait(false),
            Existing = await existing.ConfigureAwait(false),
            Vpcs = await vpcs.ConfigureAwait(false),
            Gateways = await gateways.ConfigureAwait(false),
            Subnets = await subnets.ConfigureAwait(false),
            RouteTables = await routeTables.ConfigureAwait(false),
            Endpoints = await endpoints.ConfigureAwait(false),
            SecurityGroups = await groups.ConfigureAwait(false),
        };
    }

    private async Task<ExistingVpcFact?> ReadExistingAsync(CancellationToken cancellationToken)
    {
        if (spec.ExistingVpcId is not { } id)
        {
            return null;
        }

        Filter[] ofVpc = [Ec2Tags.Filter("vpc-id", id)];
        var vpcs = await clients
            .Caller.RepeatableAsync(
                Ec2.DescribeVpcsAsync,
                new DescribeVpcsRequest { Filters = [.. ofVpc] },
                cancellationToken
            )
            .ConfigureAwait(false);
        if (vpcs.Vpcs is not [var vpc, ..])
        {
            return null;
        }

        var subnets = await clients
            .Caller.ListAsync(
                next => new DescribeSubnetsRequest { Filters = [.. ofVpc], NextToken = next },
                Ec2.DescribeSubnetsAsync,
                page => (page.Subnets?.Select(ToFact), page.NextToken),
                cancellationToken
            )
            .ConfigureAwait(false);
        var tables = await clients
            .Caller.ListAsync(
                next => new DescribeRouteTablesRequest { Filters = [.. ofVpc], NextToken = next },
                Ec2.DescribeRouteTablesAsync,
                page => (page.RouteTables?.AsEnumerable(), page.NextToken),
                cancellationToken
            )
            .ConfigureAwait(false);

        // A subnet that is associated with no table uses the main one.
        var main = tables.Find(t => (t.Associations ?? []).Exists(a => a.Main == true));
        var publicIds = subnets
            .Select(s => s.Id)
            .Where(s =>
                (tables.Find(t => (t.Associations ?? []).Exists(a => a.SubnetId == s)) ?? main) is { } table
                && ToFact(table).InternetGatewayId is not null
            );
        return new ExistingVpcFact(vpc.VpcId, vpc.CidrBlock, subnets, publicIds.ToHashSet(StringComparer.Ordinal))
        {
            HasIpv6 = Ipv6Of(vpc) is not null,
        };
    }

    private Task<List<VpcFact>> ReadVpcsAsync(CancellationToken cancellationToken) =>
        clients.Caller.ListAsync(
            next => new DescribeVpcsRequest { Filters = Ec2Tags.OwnedBy(_owner), NextToken = next },
            Ec2.DescribeVpcsAsync,
            page =>
                (page.Vpcs?.Select(v => new VpcFact(v.VpcId, v.CidrBlock) { Ipv6Block = Ipv6Of(v) }), page.NextToken),
            cancellationToken
        );

    private Task<List<GatewayFact>> ReadGatewaysAsync(CancellationToken cancellationToken) =>
        clients.Caller.ListAsync(
            next => new DescribeInternetGatewaysRequest { Filters = Ec2Tags.OwnedBy(_owner), NextToken = next },
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
            next => new DescribeSubnetsRequest { Filters = Ec2Tags.OwnedBy(_owner), NextToken = next },
            Ec2.DescribeSubnetsAsync,
            page => (page.Subnets?.Select(ToFact), page.NextToken),
            cancellationToken
        );

    private Task<List<RouteTableFact>> ReadRouteTablesAsync(CancellationToken cancellationToken) =>
        clients.Caller.ListAsync(
            next => new DescribeRouteTablesRequest { Filters = Ec2Tags.OwnedBy(_owner), NextToken = next },
            Ec2.DescribeRouteTablesAsync,
            page => (page.RouteTables?.Select(ToFact), page.NextToken),
            cancellationToken
        );

    private Task<List<EndpointFact>> ReadEndpointsAsync(CancellationToken cancellationToken) =>
        clients.Caller.ListAsync(
            next => new DescribeVpcEndpointsRequest { Filters = Ec2Tags.OwnedBy(_owner), NextToken = next },
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
            next => new DescribeSecurityGroupsRequest { Filters = Ec2Tags.OwnedBy(_owner), NextToken = next },
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

    private static SubnetFact ToFact(Amazon.EC2.Model.Subnet subnet) =>
        new(subnet.SubnetId, subnet.VpcId, subnet.AvailabilityZoneId, subnet.CidrBlock)
        {
            Ipv6Range = (subnet.Ipv6CidrBlockAssociationSet ?? [])
                .Find(a => Stands(a.Ipv6CidrBlockState?.State?.Value))
                ?.Ipv6CidrBlock,
            AssignsIpv6 = subnet.AssignIpv6AddressOnCreation == true,
        };

    private static string? Ipv6Of(Vpc vpc) =>
        (vpc.Ipv6CidrBlockAssociationSet ?? []).Find(a => Stands(a.Ipv6CidrBlockState?.State?.Value))?.Ipv6CidrBlock;

    /// <summary>A range that is still being associated counts: asking again would add another.</summary>
    private static bool Stands(string? state) =>
        state?.StartsWith("disassociat", StringComparison.Ordinal) != true
        && state?.StartsWith("fail", StringComparison.Ordinal) != true;

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
        )
        {
            HasIpv6Route = (table.Routes ?? []).Exists(r =>
                r.DestinationIpv6CidrBlock == FirewallRule.Anywhere6
                && r.GatewayId?.StartsWith("igw-", StringComparison.Ordinal) == true
            ),
        };
}

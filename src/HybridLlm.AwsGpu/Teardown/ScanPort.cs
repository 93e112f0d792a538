using Amazon.EC2;
using Amazon.EC2.Model;
using HybridLlm.AwsGpu.Ec2;
using HybridLlm.AwsGpu.Fleets;
using HybridLlm.AwsGpu.Pricing;

namespace HybridLlm.AwsGpu.Teardown;

/// <summary>Lists an owner's EC2 resources in one region, each kind by the filter on both tags.</summary>
internal sealed class ScanPort(
    AwsClients clients,
    ResourceOwner owner,
    string region,
    OnDemandPrices onDemand,
    InfrastructurePrices prices
)
{
    private AmazonEC2Client Ec2 => clients.Ec2(region);

    public async Task<IReadOnlyList<OwnedResource>> ListAsync(CancellationToken cancellationToken)
    {
        var kinds = await Task.WhenAll(
                FleetsAsync(cancellationToken),
                InstancesAsync(cancellationToken),
                SpotRequestsAsync(cancellationToken),
                AddressesAsync(cancellationToken),
                VolumesAsync(cancellationToken),
                SnapshotsAsync(cancellationToken),
                EndpointsAsync(cancellationToken),
                InterfacesAsync(cancellationToken),
                SecurityGroupsAsync(cancellationToken),
                SubnetsAsync(cancellationToken),
                RouteTablesAsync(cancellationToken),
                GatewaysAsync(cancellationToken),
                VpcsAsync(cancellationToken),
                LaunchTemplatesAsync(cancellationToken)
            )
            .ConfigureAwait(false);
        return [.. kinds.SelectMany(k => k)];
    }

    /// <summary>The volumes and snapshots that hold models.</summary>
    public async Task<IReadOnlyList<OwnedResource>> ListModelsAsync(CancellationToken cancellationToken)
    {
        var kinds = await Task.WhenAll(VolumesAsync(cancellationToken), SnapshotsAsync(cancellationToken))
            .ConfigureAwait(false);
        return [.. kinds.SelectMany(k => k).Where(r => r.HoldsModels)];
    }

    private async Task<List<OwnedResource>> FleetsAsync(CancellationToken cancellationToken) =>
        [
            .. (
                await new FleetRecords(clients, owner, region).ListAsync(cancellationToken).ConfigureAwait(false)
            ).Select(f => Found(OwnedResourceKind.Fleet, f.FleetId, f.Tags)),
        ];

    private Task<List<OwnedResource>> InstancesAsync(CancellationToken cancellationToken) =>
        clients.Caller.ListAsync(
            next => new DescribeInstancesRequest { Filters = Ec2Tags.OwnedBy(owner), NextToken = next },
            Ec2.DescribeInstancesAsync,
            page =>
                (
                    page.Reservations?.SelectMany(r => r.Instances ?? []).Where(Ec2States.Exists).Select(ToResource),
                    page.NextToken
                ),
            cancellationToken
        );

    private Task<List<OwnedResource>> SpotRequestsAsync(CancellationToken cancellationToken) =>
        clients.Caller.ListAsync(
            next => new DescribeSpotInstanceRequestsRequest
            {
                Filters = Ec2Tags.OwnedBy(owner, Ec2Tags.Filter("state", "open", "active")),
                NextToken = next,
            },
            Ec2.DescribeSpotInstanceRequestsAsync,
            page =>
                (
                    page.SpotInstanceRequests?.Select(r =>
                        Found(OwnedResourceKind.SpotRequest, r.SpotInstanceRequestId, r.Tags)
                    ),
                    page.NextToken
                ),
            cancellationToken
        );

    private async Task<List<OwnedResource>> AddressesAsync(CancellationToken cancellationToken)
    {
        DescribeAddressesRequest request = new() { Filters = Ec2Tags.OwnedBy(owner) };
        var answer = await clients
            .Caller.RepeatableAsync(Ec2.DescribeAddressesAsync, request, cancellationToken)
            .ConfigureAwait(false);
        var perMonth = prices.PublicIpv4Hour * InfrastructurePrices.HoursPerMonth;
        return
        [
            .. (answer.Addresses ?? []).Select(a =>
                Found(OwnedResourceKind.Address, a.AllocationId, a.Tags) with
                {
                    UsdPerMonth = perMonth,
                }
            ),
        ];
    }

    private Task<List<OwnedResource>> VolumesAsync(CancellationToken cancellationToken) =>
        clients.Caller.ListAsync(
            next => new DescribeVolumesRequest { Filters = Ec2Tags.OwnedBy(owner), NextToken = next },
            Ec2.DescribeVolumesAsync,
            page =>
                (
                    page.Volumes?.Where(Ec2States.Exists)
                        .Select(v =>
                            Found(OwnedResourceKind.Volume, v.VolumeId, v.Tags) with
                            {
                                UsdPerMonth = (v.Size ?? 0) * prices.VolumeGiBMonth,
                            }
                        ),
                    page.NextToken
                ),
            cancellationToken
        );

    private Task<List<OwnedResource>> SnapshotsAsync(CancellationToken cancellationToken) =>
        clients.Caller.ListAsync(
            next => new DescribeSnapshotsRequest
            {
                OwnerIds = ["self"],
                Filters = Ec2Tags.OwnedBy(owner),
                NextToken = next,
            },
            Ec2.DescribeSnapshotsAsync,
            page =>
                (
                    page.Snapshots?.Select(s =>
                        Found(OwnedResourceKind.Snapshot, s.SnapshotId, s.Tags) with
                        {
                            UsdPerMonth = (s.VolumeSize ?? 0) * prices.SnapshotGiBMonth,
                        }
                    ),
                    page.NextToken
                ),
            cancellationToken
        );

    private Task<List<OwnedResource>> EndpointsAsync(CancellationToken cancellationToken) =>
        clients.Caller.ListAsync(
            next => new DescribeVpcEndpointsRequest { Filters = Ec2Tags.OwnedBy(owner), NextToken = next },
            Ec2.DescribeVpcEndpointsAsync,
            page =>
                (
                    page.VpcEndpoints?.Where(Ec2States.Exists)
                        .Select(e => Found(OwnedResourceKind.VpcEndpoint, e.VpcEndpointId, e.Tags)),
                    page.NextToken
                ),
            cancellationToken
        );

    private Task<List<OwnedResource>> InterfacesAsync(CancellationToken cancellationToken) =>
        clients.Caller.ListAsync(
            next => new DescribeNetworkInterfacesRequest { Filters = Ec2Tags.OwnedBy(owner), NextToken = next },
            Ec2.DescribeNetworkInterfacesAsync,
            page =>
                (
                    page.NetworkInterfaces?.Select(i =>
                        Found(OwnedResourceKind.NetworkInterface, i.NetworkInterfaceId, i.TagSet)
                    ),
                    page.NextToken
                ),
            cancellationToken
        );

    private Task<List<OwnedResource>> SecurityGroupsAsync(CancellationToken cancellationToken) =>
        clients.Caller.ListAsync(
            next => new DescribeSecurityGroupsRequest { Filters = Ec2Tags.OwnedBy(owner), NextToken = next },
            Ec2.DescribeSecurityGroupsAsync,
            page =>
                (
                    page.SecurityGroups?.Select(g => Found(OwnedResourceKind.SecurityGroup, g.GroupId, g.Tags)),
                    page.NextToken
                ),
            cancellationToken
        );

    private Task<List<OwnedResource>> SubnetsAsync(CancellationToken cancellationToken) =>
        clients.Caller.ListAsync(
            next => new DescribeSubnetsRequest { Filters = Ec2Tags.OwnedBy(owner), NextToken = next },
            Ec2.DescribeSubnetsAsync,
            page => (page.Subnets?.Select(s => Found(OwnedResourceKind.Subnet, s.SubnetId, s.Tags)), page.NextToken),
            cancellationToken
        );

    private Task<List<OwnedResource>> RouteTablesAsync(CancellationToken cancellationToken) =>
        clients.Caller.ListAsync(
            next => new DescribeRouteTablesRequest { Filters = Ec2Tags.OwnedBy(owner), NextToken = next },
            Ec2.DescribeRouteTablesAsync,
            page =>
                (
                    page.RouteTables?.Select(t => Found(OwnedResourceKind.RouteTable, t.RouteTableId, t.Tags)),
                    page.NextToken
                ),
            cancellationToken
        );

    private Task<List<OwnedResource>> GatewaysAsync(CancellationToken cancellationToken) =>
        clients.Caller.ListAsync(
            next => new DescribeInternetGatewaysRequest { Filters = Ec2Tags.OwnedBy(owner), NextToken = next },
            Ec2.DescribeInternetGatewaysAsync,
            page =>
                (
                    page.InternetGateways?.Select(g =>
                        Found(OwnedResourceKind.InternetGateway, g.InternetGatewayId, g.Tags)
                    ),
                    page.NextToken
                ),
            cancellationToken
        );

    private Task<List<OwnedResource>> VpcsAsync(CancellationToken cancellationToken) =>
        clients.Caller.ListAsync(
            next => new DescribeVpcsRequest { Filters = Ec2Tags.OwnedBy(owner), NextToken = next },
            Ec2.DescribeVpcsAsync,
            page => (page.Vpcs?.Select(v => Found(OwnedResourceKind.Vpc, v.VpcId, v.Tags)), page.NextToken),
            cancellationToken
        );

    private async Task<List<OwnedResource>> LaunchTemplatesAsync(CancellationToken cancellationToken)
    {
        var templates = await clients
            .Caller.ListAsync(
                next => new DescribeLaunchTemplatesRequest { Filters = Ec2Tags.OwnedBy(owner), NextToken = next },
                Ec2.DescribeLaunchTemplatesAsync,
                page =>
                    (
                        page.LaunchTemplates?.Select(t =>
                            Found(OwnedResourceKind.LaunchTemplate, t.LaunchTemplateId, t.Tags)
                        ),
                        page.NextToken
                    ),
                cancellationToken
            )
            .ConfigureAwait(false);
        var versions = await Task.WhenAll(templates.Select(t => LaunchTemplateVersionsAsync(t, cancellationToken)))
            .ConfigureAwait(false);
        return [.. templates, .. versions.SelectMany(v => v)];
    }

    private Task<List<OwnedResource>> LaunchTemplateVersionsAsync(
        OwnedResource template,
        CancellationToken cancellationToken
    ) =>
        clients.Caller.ListAsync(
            next => new DescribeLaunchTemplateVersionsRequest { LaunchTemplateId = template.Id, NextToken = next },
            Ec2.DescribeLaunchTemplateVersionsAsync,
            page =>
                (
                    page.LaunchTemplateVersions?.Where(v => v.DefaultVersion != true)
                        .Select(v =>
                            template with
                            {
                                Kind = OwnedResourceKind.LaunchTemplateVersion,
                                Id = $"{template.Id}/{v.VersionNumber}",
                            }
                        ),
                    page.NextToken
                ),
            cancellationToken
        );

    private OwnedResource ToResource(Instance instance)
    {
        var stopped = instance.State?.Name == InstanceStateName.Stopped;
        return Found(OwnedResourceKind.Instance, instance.InstanceId, instance.Tags) with
        {
            UsdPerMonth = stopped
                ? 0
                : onDemand.Find(region, instance.InstanceType.Value).UsdPerHour * InfrastructurePrices.HoursPerMonth,
        };
    }

    private OwnedResource Found(OwnedResourceKind kind, string id, List<Tag>? tags) =>
        new()
        {
            Kind = kind,
            Id = id,
            Region = region,
            Component = ComponentOf(tags),
            UsdPerMonth = 0,
            HoldsModels =
                kind is OwnedResourceKind.Volume or OwnedResourceKind.Snapshot
                && ComponentOf(tags) == ResourceComponents.Models,
        };

    private static string ComponentOf(List<Tag>? tags) =>
        Ec2Tags.FromSdk(tags).GetValueOrDefault(ResourceTags.Component, "");
}

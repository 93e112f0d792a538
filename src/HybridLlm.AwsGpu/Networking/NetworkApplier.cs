using System.Collections.Concurrent;
using System.Net;

namespace HybridLlm.AwsGpu.Networking;

/// <summary>Does single steps of a network plan and remembers the ids of what exists, for the steps that need them.</summary>
internal sealed class NetworkApplier(NetworkPort port, NetworkParts parts)
{
    private readonly ConcurrentDictionary<string, Subnet> _subnets = new(
        parts.Subnets.ToDictionary(s => s.Key, s => new Subnet(s.Value.Id, s.Key, s.Value.Cidr))
    );
    private readonly ConcurrentDictionary<string, string> _securityGroups = new(
        parts.SecurityGroups.ToDictionary(g => g.Key, g => g.Value.Id)
    );
    private readonly string? _cidr = parts.Vpc?.Cidr;
    private string? _ipv6Block = parts.Vpc?.Ipv6Block;
    private string _vpcId = parts.Vpc?.Id ?? "";
    private string _gatewayId = parts.Gateway?.Id ?? "";
    private string _routeTableId = parts.RouteTable?.Id ?? "";

    /// <summary>Steps of one wave are independent of each other and need only earlier waves.</summary>
    public static int WaveOf(NetworkStepKind kind) =>
        kind switch
        {
            NetworkStepKind.CreateVpc or NetworkStepKind.CreateInternetGateway => 1,
            NetworkStepKind.CreateSubnet
            or NetworkStepKind.CreateRouteTable
            or NetworkStepKind.CreateSecurityGroup
            or NetworkStepKind.AssociateIpv6Block
            or NetworkStepKind.AttachInternetGateway => 2,
            NetworkStepKind.RevokeRule
            or NetworkStepKind.AuthorizeRule
            or NetworkStepKind.AssociateSubnet
            or NetworkStepKind.CreateStorageEndpoint
            or NetworkStepKind.CreateInternetRoute => 3,
            NetworkStepKind.CreateInternetRoute6 or NetworkStepKind.AssignIpv6Range => 4,
            _ => throw new ArgumentOutOfRangeException(nameof(kind), kind, null),
        };

    public async Task ApplyAsync(NetworkStep step, CancellationToken cancellationToken)
    {
        switch (step.Kind)
        {
            case NetworkStepKind.CreateVpc:
                _vpcId = await port.CreateVpcAsync(step.Cidr!, cancellationToken).ConfigureAwait(false);
                break;
            case NetworkStepKind.CreateInternetGateway:
                _gatewayId = await port.CreateInternetGatewayAsync(cancellationToken).ConfigureAwait(false);
                break;
            case NetworkStepKind.AssociateIpv6Block:
                _ipv6Block = await port.AssociateIpv6BlockAsync(_vpcId, cancellationToken).ConfigureAwait(false);
                break;
            case NetworkStepKind.CreateSubnet:
                var subnetId = await port.CreateSubnetAsync(_vpcId, step.ZoneId!, step.Cidr!, cancellationToken)
                    .ConfigureAwait(false);
                _subnets[step.ZoneId!] = new Subnet(subnetId, step.ZoneId!, step.Cidr!);
                break;
            case NetworkStepKind.CreateRouteTable:
                _routeTableId = await port.CreateRouteTableAsync(_vpcId, cancellationToken).ConfigureAwait(false);
                break;
            case NetworkStepKind.CreateSecurityGroup:
                _securityGroups[step.SecurityGroup!] = await port.CreateSecurityGroupAsync(
                        _vpcId,
                        step.SecurityGroup!,
                        cancellationToken
                    )
                    .ConfigureAwait(false);
                break;
            default:
                await ConnectAsync(step, cancellationToken).ConfigureAwait(false);
                break;
        }
    }

    public Network Network(NetworkSpec spec) =>
        new()
        {
            Region = spec.Region,
            VpcId = _vpcId,
            Cidr = _cidr ?? spec.Cidr,
            Ipv6Cidr = _ipv6Block,
            Subnets = [.. _subnets.Values.OrderBy(s => s.ZoneId, StringComparer.Ordinal)],
            NodeSecurityGroupId = _securityGroups[ResourceComponents.Node],
            LighthouseSecurityGroupId = _securityGroups[ResourceComponents.Lighthouse],
        };

    private Task AssignIpv6Async(string zoneId, CancellationToken cancellationToken)
    {
        var subnet = _subnets[zoneId];
        var range = parts.Subnets.GetValueOrDefault(zoneId)?.Ipv6Range is null
            ? SubnetRanges.Ipv6RangeOf(
                IPNetwork.Parse(_cidr ?? port.Cidr),
                IPNetwork.Parse(subnet.Cidr),
                IPNetwork.Parse(_ipv6Block!)
            )
            : null;
        return port.AssignIpv6RangeAsync(subnet.Id, range, cancellationToken);
    }

    private Task ConnectAsync(NetworkStep step, CancellationToken cancellationToken) =>
        step.Kind switch
        {
            NetworkStepKind.AttachInternetGateway => port.AttachInternetGatewayAsync(
                _gatewayId,
                _vpcId,
                cancellationToken
            ),
            NetworkStepKind.AssociateSubnet => port.AssociateSubnetAsync(
                _routeTableId,
                _subnets[step.ZoneId!].Id,
                cancellationToken
            ),
            NetworkStepKind.CreateInternetRoute => port.CreateInternetRouteAsync(
                _routeTableId,
                _gatewayId,
                cancellationToken
            ),
            NetworkStepKind.CreateInternetRoute6 => port.CreateInternetRoute6Async(
                _routeTableId,
                _gatewayId,
                cancellationToken
            ),
            NetworkStepKind.AssignIpv6Range => AssignIpv6Async(step.ZoneId!, cancellationToken),
            NetworkStepKind.CreateStorageEndpoint => port.CreateStorageEndpointAsync(
                _vpcId,
                _routeTableId,
                cancellationToken
            ),
            NetworkStepKind.RevokeRule => port.RevokeAsync(
                _securityGroups[step.SecurityGroup!],
                step.Rule!,
                cancellationToken
            ),
            NetworkStepKind.AuthorizeRule => port.AuthorizeAsync(
                _securityGroups[step.SecurityGroup!],
                step.Rule!,
                cancellationToken
            ),
            _ => throw new ArgumentOutOfRangeException(nameof(step), step.Kind, null),
        };
}

using Amazon.EC2;
using Amazon.EC2.Model;
using HybridLlm.AwsGpu.Ec2;

namespace HybridLlm.AwsGpu.Networking;

/// <summary>The EC2 calls that make a network, in our records. Everything is tagged in the call that makes it.</summary>
internal sealed class NetworkPort(AwsClients clients, NetworkSpec spec)
{
    private static readonly TimeSpan s_pollEvery = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan s_longestAssociation = TimeSpan.FromMinutes(1);

    private AmazonEC2Client Ec2 => clients.Ec2(spec.Region);

    /// <summary>Range wanted for the VPC.</summary>
    public string Cidr => spec.Cidr;

    public async Task<string> CreateVpcAsync(string cidr, CancellationToken cancellationToken)
    {
        CreateVpcRequest request = new()
        {
            CidrBlock = cidr,
            TagSpecifications = Tagged(ResourceType.Vpc, ResourceComponents.Network, "vpc"),
        };
        var answer = await clients
            .Caller.OnceAsync(Ec2.CreateVpcAsync, request, cancellationToken)
            .ConfigureAwait(false);
        return answer.Vpc.VpcId;
    }

    public async Task<string> CreateInternetGatewayAsync(CancellationToken cancellationToken)
    {
        CreateInternetGatewayRequest request = new()
        {
            TagSpecifications = Tagged(ResourceType.InternetGateway, ResourceComponents.Network, "internet-gateway"),
        };
        var answer = await clients
            .Caller.OnceAsync(Ec2.CreateInternetGatewayAsync, request, cancellationToken)
            .ConfigureAwait(false);
        return answer.InternetGateway.InternetGatewayId;
    }

    public async Task<string> CreateSubnetAsync(
        string vpcId,
        string zoneId,
        string cidr,
        CancellationToken cancellationToken
    )
    {
        CreateSubnetRequest request = new()
        {
            VpcId = vpcId,
            AvailabilityZoneId = zoneId,
            CidrBlock = cidr,
            TagSpecifications = Tagged(ResourceType.Subnet, ResourceComponents.Network, $"subnet-{zoneId}"),
        };
        var answer = await clients
            .Caller.SettlingAsync(Ec2.CreateSubnetAsync, request, cancellationToken)
            .ConfigureAwait(false);
        return answer.Subnet.SubnetId;
    }

    public async Task<string> CreateRouteTableAsync(string vpcId, CancellationToken cancellationToken)
    {
        CreateRouteTableRequest request = new()
        {
            VpcId = vpcId,
            TagSpecifications = Tagged(ResourceType.RouteTable, ResourceComponents.Network, "route-table"),
        };
        var answer = await clients
            .Caller.SettlingAsync(Ec2.CreateRouteTableAsync, request, cancellationToken)
            .ConfigureAwait(false);
        return answer.RouteTable.RouteTableId;
    }

    public async Task<string> CreateSecurityGroupAsync(
        string vpcId,
        string component,
        CancellationToken cancellationToken
    )
    {
        CreateSecurityGroupRequest request = new()
        {
            VpcId = vpcId,
            // In a VPC that others use too, the cluster's name alone may be taken.
            GroupName = spec.ExistingVpcId is null
                ? spec.Owner.NameOf(component)
                : $"{spec.Owner.NameOf(component)}-{spec.Owner.Fingerprint[..8]}",
            Description = $"HybridLlm cluster {spec.Owner.Cluster}, {component}",
            TagSpecifications = Tagged(ResourceType.SecurityGroup, component, component),
        };
        var answer = await clients
            .Caller.SettlingAsync(Ec2.CreateSecurityGroupAsync, request, cancellationToken)
            .ConfigureAwait(false);
        return answer.GroupId;
    }

    public Task AttachInternetGatewayAsync(string gatewayId, string vpcId, CancellationToken cancellationToken)
    {
        AttachInternetGatewayRequest request = new() { InternetGatewayId = gatewayId, VpcId = vpcId };
        return SetAsync(Ec2.AttachInternetGatewayAsync, request, cancellationToken);
    }

    public Task AssociateSubnetAsync(string routeTableId, string subnetId, CancellationToken cancellationToken)
    {
        AssociateRouteTableRequest request = new() { RouteTableId = routeTableId, SubnetId = subnetId };
        return SetAsync(Ec2.AssociateRouteTableAsync, request, cancellationToken);
    }

    public Task CreateInternetRouteAsync(string routeTableId, string gatewayId, CancellationToken cancellationToken)
    {
        CreateRouteRequest request = new()
        {
            RouteTableId = routeTableId,
            GatewayId = gatewayId,
            DestinationCidrBlock = FirewallRule.Anywhere,
        };
        return SetAsync(Ec2.CreateRouteAsync, request, cancellationToken);
    }

    public Task CreateInternetRoute6Async(string routeTableId, string gatewayId, CancellationToken cancellationToken)
    {
        CreateRouteRequest request = new()
        {
            RouteTableId = routeTableId,
            GatewayId = gatewayId,
            DestinationIpv6CidrBlock = FirewallRule.Anywhere6,
        };
        return SetAsync(Ec2.CreateRouteAsync, request, cancellationToken);
    }

    /// <summary>Asks for the range and waits until it is there.</summary>
    public async Task<string> AssociateIpv6BlockAsync(string vpcId, CancellationToken cancellationToken)
    {
        AssociateVpcCidrBlockRequest request = new() { VpcId = vpcId, AmazonProvidedIpv6CidrBlock = true };
        await clients
            .Caller.SettlingAsync(Ec2.AssociateVpcCidrBlockAsync, request, cancellationToken)
            .ConfigureAwait(false);
        var giveUp = clients.Time.GetUtcNow() + s_longestAssociation;
        while (true)
        {
            var answer = await clients
                .Caller.RepeatableAsync(
                    Ec2.DescribeVpcsAsync,
                    new DescribeVpcsRequest { VpcIds = [vpcId] },
                    cancellationToken
                )
                .ConfigureAwait(false);
            var association = answer.Vpcs[0].Ipv6CidrBlockAssociationSet is [var first, ..] ? first : null;
            if (
                association?.Ipv6CidrBlockState?.State == VpcCidrBlockStateCode.Associated
                || clients.Time.GetUtcNow() >= giveUp
            )
            {
                // A subnet's range is refused by EC2 itself if this one is not there yet; the next apply goes on.
                return association?.Ipv6CidrBlock ?? "::/56";
            }

            await Task.Delay(s_pollEvery, clients.Time, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Gives a subnet its range, unless it has one, and its instances an address each.</summary>
    public async Task AssignIpv6RangeAsync(string subnetId, string? range, CancellationToken cancellationToken)
    {
        if (range is not null)
        {
            AssociateSubnetCidrBlockRequest associate = new() { SubnetId = subnetId, Ipv6CidrBlock = range };
            await SetAsync(Ec2.AssociateSubnetCidrBlockAsync, associate, cancellationToken).ConfigureAwait(false);
        }

        ModifySubnetAttributeRequest assign = new() { SubnetId = subnetId, AssignIpv6AddressOnCreation = true };
        await SetAsync(Ec2.ModifySubnetAttributeAsync, assign, cancellationToken).ConfigureAwait(false);
    }

    public Task CreateStorageEndpointAsync(string vpcId, string routeTableId, CancellationToken cancellationToken)
    {
        CreateVpcEndpointRequest request = new()
        {
            VpcId = vpcId,
            VpcEndpointType = VpcEndpointType.Gateway,
            ServiceName = $"com.amazonaws.{spec.Region}.s3",
            RouteTableIds = [routeTableId],
            TagSpecifications = Tagged(ResourceType.VpcEndpoint, ResourceComponents.Network, "storage-endpoint"),
        };
        return SetAsync(Ec2.CreateVpcEndpointAsync, request, cancellationToken);
    }

    public Task AuthorizeAsync(string groupId, FirewallRule rule, CancellationToken cancellationToken)
    {
        List<IpPermission> rules = [FirewallRuleMap.ToSdk(rule)];
        var tags = Tagged(ResourceType.SecurityGroupRule, ResourceComponents.Network, "rule");
        return rule.Direction == TrafficDirection.Inbound
            ? SetAsync(
                Ec2.AuthorizeSecurityGroupIngressAsync,
                new AuthorizeSecurityGroupIngressRequest
                {
                    GroupId = groupId,
                    IpPermissions = rules,
                    TagSpecifications = tags,
                },
                cancellationToken
            )
            : SetAsync(
                Ec2.AuthorizeSecurityGroupEgressAsync,
                new AuthorizeSecurityGroupEgressRequest
                {
                    GroupId = groupId,
                    IpPermissions = rules,
                    TagSpecifications = tags,
                },
                cancellationToken
            );
    }

    public Task RevokeAsync(string groupId, FirewallRule rule, CancellationToken cancellationToken)
    {
        List<IpPermission> rules = [FirewallRuleMap.ToSdk(rule)];
        return rule.Direction == TrafficDirection.Inbound
            ? SetAsync(
                Ec2.RevokeSecurityGroupIngressAsync,
                new RevokeSecurityGroupIngressRequest { GroupId = groupId, IpPermissions = rules },
                cancellationToken
            )
            : SetAsync(
                Ec2.RevokeSecurityGroupEgressAsync,
                new RevokeSecurityGroupEgressRequest { GroupId = groupId, IpPermissions = rules },
                cancellationToken
            );
    }

    /// <summary>Makes a relation hold; that it holds already is as good.</summary>
    private async Task SetAsync<TRequest, TAnswer>(
        Func<TRequest, CancellationToken, Task<TAnswer>> call,
        TRequest request,
        CancellationToken cancellationToken
    )
        where TRequest : Amazon.Runtime.AmazonWebServiceRequest
    {
        try
        {
            await clients.Caller.SettlingAsync(call, request, cancellationToken).ConfigureAwait(false);
        }
        catch (AwsCallException refusal) when (refusal.Kind == AwsErrorKind.AlreadyThere) { }
    }

    private List<TagSpecification> Tagged(ResourceType type, string component, string part) =>
        Ec2Tags.At(type, spec.Owner.Tags(component, part, spec.PlanId));
}

using HybridLlm.Testing.Ec2.Catalogue;
using HybridLlm.Testing.Ec2.Fleets;
using HybridLlm.Testing.Ec2.Instances;
using HybridLlm.Testing.Ec2.LaunchTemplates;
using HybridLlm.Testing.Ec2.Networking;
using HybridLlm.Testing.Ec2.Tagging;
using HybridLlm.Testing.Ec2.Volumes;

namespace HybridLlm.Testing.Ec2.Protocol;

/// <summary>Every EC2 action the emulator answers.</summary>
internal static class ActionTable
{
    private static readonly Dictionary<string, Func<Ec2Call, object?[]>> s_actions = new(StringComparer.Ordinal)
    {
        ["DescribeRegions"] = CatalogueActions.DescribeRegions,
        ["DescribeAvailabilityZones"] = CatalogueActions.DescribeZones,
        ["DescribeInstanceTypes"] = MachineTypeActions.Describe,
        ["DescribeInstanceTypeOfferings"] = CatalogueActions.DescribeOfferings,
        ["DescribeSpotPriceHistory"] = CatalogueActions.DescribeSpotPrices,
        ["DescribeImages"] = ImageActions.Describe,
        ["CreateVpc"] = VpcActions.Create,
        ["DescribeVpcs"] = VpcActions.Describe,
        ["ModifyVpcAttribute"] = VpcActions.ModifyAttribute,
        ["DescribeVpcAttribute"] = VpcActions.DescribeAttribute,
        ["DeleteVpc"] = VpcActions.Delete,
        ["AssociateSubnetCidrBlock"] = SubnetActions.AssociateBlock,
        ["AssociateVpcCidrBlock"] = VpcActions.AssociateBlock,
        ["CreateSubnet"] = SubnetActions.Create,
        ["DescribeSubnets"] = SubnetActions.Describe,
        ["ModifySubnetAttribute"] = SubnetActions.ModifyAttribute,
        ["DeleteSubnet"] = SubnetActions.Delete,
        ["CreateInternetGateway"] = InternetGatewayActions.Create,
        ["DescribeInternetGateways"] = InternetGatewayActions.Describe,
        ["AttachInternetGateway"] = InternetGatewayActions.Attach,
        ["DetachInternetGateway"] = InternetGatewayActions.Detach,
        ["DeleteInternetGateway"] = InternetGatewayActions.Delete,
        ["CreateRouteTable"] = RouteTableActions.Create,
        ["DescribeRouteTables"] = RouteTableActions.Describe,
        ["DeleteRouteTable"] = RouteTableActions.Delete,
        ["CreateRoute"] = RouteTableActions.CreateRoute,
        ["DeleteRoute"] = RouteTableActions.DeleteRoute,
        ["AssociateRouteTable"] = RouteTableActions.Associate,
        ["DisassociateRouteTable"] = RouteTableActions.Disassociate,
        ["CreateVpcEndpoint"] = VpcEndpointActions.Create,
        ["DescribeVpcEndpoints"] = VpcEndpointActions.Describe,
        ["DeleteVpcEndpoints"] = VpcEndpointActions.Delete,
        ["CreateSecurityGroup"] = SecurityGroupActions.Create,
        ["DescribeSecurityGroups"] = SecurityGroupActions.Describe,
        ["DeleteSecurityGroup"] = SecurityGroupActions.Delete,
        ["AuthorizeSecurityGroupIngress"] = SecurityGroupRuleActions.AuthorizeIngress,
        ["AuthorizeSecurityGroupEgress"] = SecurityGroupRuleActions.AuthorizeEgress,
        ["RevokeSecurityGroupIngress"] = SecurityGroupRuleActions.RevokeIngress,
        ["RevokeSecurityGroupEgress"] = SecurityGroupRuleActions.RevokeEgress,
        ["DescribeSecurityGroupRules"] = SecurityGroupRuleActions.Describe,
        ["DescribeNetworkInterfaces"] = NetworkInterfaceActions.Describe,
        ["DeleteNetworkInterface"] = NetworkInterfaceActions.Delete,
        ["AllocateAddress"] = AddressActions.Allocate,
        ["AssociateAddress"] = AddressActions.Associate,
        ["DisassociateAddress"] = AddressActions.Disassociate,
        ["ReleaseAddress"] = AddressActions.Release,
        ["DescribeAddresses"] = AddressActions.Describe,
        ["CreateLaunchTemplate"] = LaunchTemplateActions.Create,
        ["DescribeLaunchTemplates"] = LaunchTemplateActions.Describe,
        ["ModifyLaunchTemplate"] = LaunchTemplateActions.Modify,
        ["DeleteLaunchTemplate"] = LaunchTemplateActions.Delete,
        ["CreateLaunchTemplateVersion"] = LaunchTemplateVersionActions.Create,
        ["DescribeLaunchTemplateVersions"] = LaunchTemplateVersionActions.Describe,
        ["DeleteLaunchTemplateVersions"] = LaunchTemplateVersionActions.Delete,
        ["CreateFleet"] = FleetActions.Create,
        ["DescribeFleets"] = FleetActions.Describe,
        ["DeleteFleets"] = FleetActions.Delete,
        ["RunInstances"] = InstanceActions.Run,
        ["DescribeInstances"] = InstanceActions.Describe,
        ["TerminateInstances"] = InstanceActions.Terminate,
        ["StopInstances"] = InstanceActions.Stop,
        ["StartInstances"] = InstanceActions.Start,
        ["DescribeInstanceStatus"] = InstanceAttributeActions.DescribeStatus,
        ["DescribeInstanceAttribute"] = InstanceAttributeActions.DescribeAttribute,
        ["ModifyInstanceMetadataOptions"] = InstanceAttributeActions.ModifyMetadataOptions,
        ["DescribeSpotInstanceRequests"] = SpotRequestActions.Describe,
        ["CancelSpotInstanceRequests"] = SpotRequestActions.Cancel,
        ["CreateTags"] = TagActions.Create,
        ["DeleteTags"] = TagActions.Delete,
        ["DescribeTags"] = TagActions.Describe,
        ["DescribeVolumes"] = VolumeActions.Describe,
        ["DeleteVolume"] = VolumeActions.Delete,
        ["CreateVolume"] = VolumeCreation.Create,
        ["AttachVolume"] = VolumeAttachmentActions.Attach,
        ["DetachVolume"] = VolumeAttachmentActions.Detach,
        ["DescribeSnapshots"] = SnapshotActions.Describe,
        ["CreateSnapshot"] = SnapshotActions.Create,
        ["DeleteSnapshot"] = SnapshotActions.Delete,
    };

    /// <summary>The action of a name.</summary>
    /// <exception cref="ServiceError">EC2 has no such action, or the emulator does not have it.</exception>
    public static Func<Ec2Call, object?[]> Get(string name) =>
        s_actions.GetValueOrDefault(name)
        ?? throw new ServiceError("InvalidAction", $"The action {name} is not valid for this web service.");

    /// <summary>Whether an action changes anything.</summary>
    public static bool IsWrite(string name) =>
        !name.StartsWith("Describe", StringComparison.Ordinal)
        && !name.StartsWith("Get", StringComparison.Ordinal)
        && !name.StartsWith("List", StringComparison.Ordinal);
}

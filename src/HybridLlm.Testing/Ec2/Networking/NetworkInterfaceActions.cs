using System.Xml.Linq;
using HybridLlm.Testing.Ec2.Protocol;
using HybridLlm.Testing.Ec2.Tagging;
using static HybridLlm.Testing.Ec2.Protocol.Ec2Xml;

namespace HybridLlm.Testing.Ec2.Networking;

/// <summary>Network interfaces, which only launches make here.</summary>
internal static class NetworkInterfaceActions
{
    private static readonly FilterTable<NetworkInterface> s_filters = new(i => i.Tags)
    {
        { "network-interface-id", i => i.Id },
        { "subnet-id", i => i.Subnet.Id },
        { "vpc-id", i => i.Subnet.Vpc.Id },
        { "availability-zone", i => i.Subnet.Zone.Name },
        { "group-id", i => i.Groups.Select(g => g.Id) },
        { "group-name", i => i.Groups.Select(g => g.Name) },
        { "status", i => i.StateName },
        { "attachment.instance-id", i => i.Instance.Id },
        { "private-ip-address", i => i.PrivateIp },
        { "association.public-ip", i => i.PublicIp },
        { "description", i => i.Description },
    };

    public static object?[] Describe(Ec2Call call) =>
        call.Describe("NetworkInterfaceId", "networkInterfaceSet", s_filters, i => Render(call.Region, i), limit: 1000);

    /// <summary>Every interface here belongs to an instance and goes with it, so one that is still there is in use.</summary>
    public static object?[] Delete(Ec2Call call)
    {
        var id = call.Request.Required("NetworkInterfaceId");
        return call.Perform(() =>
        {
            var nic = call.Region.Get<NetworkInterface>(id);
            throw new ServiceError(
                "InvalidParameterValue",
                $"Network interface '{id}' is currently in use by {nic.Instance.Id}."
            );
        });
    }

    /// <summary>An interface, as DescribeNetworkInterfaces shows it.</summary>
    public static object?[] Render(RegionState region, NetworkInterface nic) =>
        [
            .. RenderShared(region, nic),
            Leaf("availabilityZone", nic.Subnet.Zone.Name),
            Leaf("availabilityZoneId", nic.Subnet.Zone.Id),
            Node(
                "attachment",
                Leaf("attachmentId", nic.AttachmentId),
                Leaf("instanceId", nic.Instance.Id),
                Leaf("instanceOwnerId", region.Cloud.Options.AccountId),
                Leaf("deviceIndex", 0),
                Leaf("status", "attached"),
                Leaf("attachTime", nic.Created),
                Leaf("deleteOnTermination", true)
            ),
            Leaf("requesterManaged", false),
            TagActions.TagSet(nic),
        ];

    /// <summary>An interface, as its instance shows it.</summary>
    public static object?[] RenderOfInstance(RegionState region, NetworkInterface nic) =>
        [
            .. RenderShared(region, nic),
            Node(
                "attachment",
                Leaf("attachmentId", nic.AttachmentId),
                Leaf("deviceIndex", 0),
                Leaf("status", "attached"),
                Leaf("attachTime", nic.Created),
                Leaf("deleteOnTermination", true)
            ),
        ];

    /// <summary>Security groups by id and name.</summary>
    public static object RenderGroups(IEnumerable<SecurityGroup> groups) =>
        Set("groupSet", groups, g => [Leaf("groupId", g.Id), Leaf("groupName", g.Name)]);

    private static object?[] RenderShared(RegionState region, NetworkInterface nic) =>
        [
            Leaf("networkInterfaceId", nic.Id),
            Leaf("subnetId", nic.Subnet.Id),
            Leaf("vpcId", nic.Subnet.Vpc.Id),
            Leaf("description", nic.Description ?? ""),
            Leaf("ownerId", region.Cloud.Options.AccountId),
            Leaf("status", nic.StateName),
            Leaf("macAddress", nic.MacAddress),
            Leaf("interfaceType", "interface"),
            Leaf("sourceDestCheck", true),
            Leaf("privateIpAddress", nic.PrivateIp),
            nic.Ipv6 is { } ipv6 ? Set("ipv6AddressesSet", [ipv6], a => [Leaf("ipv6Address", a)]) : null,
            RenderGroups(nic.Groups),
            RenderAssociation(nic),
            Set(
                "privateIpAddressesSet",
                [nic],
                i => [Leaf("privateIpAddress", i.PrivateIp), Leaf("primary", true), RenderAssociation(i)]
            ),
        ];

    private static XElement? RenderAssociation(NetworkInterface nic) =>
        nic.PublicIp is null
            ? null
            : Node(
                "association",
                Leaf("publicIp", nic.PublicIp),
                Leaf("ipOwnerId", nic.Elastic is null ? "amazon" : nic.Instance.Region.Cloud.Options.AccountId),
                Leaf("allocationId", nic.Elastic?.Id),
                Leaf("associationId", nic.Elastic?.AssociationId)
            );
}

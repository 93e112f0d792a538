using System.Globalization;
using System.Xml.Linq;
using HybridLlm.Testing.Ec2.Catalogue;
using HybridLlm.Testing.Ec2.LaunchTemplates;
using HybridLlm.Testing.Ec2.Networking;
using HybridLlm.Testing.Ec2.Tagging;
using HybridLlm.Testing.Ec2.Volumes;
using static HybridLlm.Testing.Ec2.Protocol.Ec2Xml;

namespace HybridLlm.Testing.Ec2.Instances;

/// <summary>Instances on the wire.</summary>
internal static class InstanceXml
{
    /// <summary>EC2's word for a state.</summary>
    public static string Name(InstanceState state) =>
        state switch
        {
            InstanceState.ShuttingDown => "shutting-down",
            _ => state.ToString().ToLowerInvariant(),
        };

    public static object State(string element, InstanceState state) =>
        Node(element, Leaf("code", (int)state), Leaf("name", Name(state)));

    /// <summary>Prices have six decimals on the wire.</summary>
    public static string Price(decimal usd) => usd.ToString("0.000000", CultureInfo.InvariantCulture);

    /// <summary>One reservation: the instances of one launch.</summary>
    public static object?[] Reservation(RegionState region, IReadOnlyList<Instance> instances) =>
        [
            Leaf("reservationId", instances[0].ReservationId),
            Leaf("ownerId", region.Cloud.Options.AccountId),
            Node("groupSet"),
            Set("instancesSet", instances, i => Render(region, i)),
        ];

    private static object?[] Render(RegionState region, Instance instance)
    {
        var nic = instance.Interface;
        var connected = instance.State != InstanceState.Terminated;
        return
        [
            Leaf("instanceId", instance.Id),
            Leaf("imageId", instance.Image.Id),
            State("instanceState", instance.State),
            Leaf("privateDnsName", connected ? PrivateDnsName(region, nic) : ""),
            Leaf("dnsName", ""),
            Leaf("reason", Transition(instance)),
            Leaf("amiLaunchIndex", instance.LaunchIndex),
            Leaf("instanceType", instance.Type.Name),
            Leaf("launchTime", instance.LaunchTime),
            Node(
                "placement",
                Leaf("availabilityZone", instance.Zone.Name),
                Leaf("availabilityZoneId", instance.Zone.Id),
                Leaf("groupName", ""),
                Leaf("tenancy", "default")
            ),
            Node("monitoring", Leaf("state", instance.DetailedMonitoring ? "enabled" : "disabled")),
            connected ? Leaf("subnetId", nic.Subnet.Id) : null,
            connected ? Leaf("vpcId", nic.Subnet.Vpc.Id) : null,
            connected ? Leaf("privateIpAddress", nic.PrivateIp) : null,
            connected ? Leaf("ipAddress", nic.PublicIp) : null,
            connected ? Leaf("ipv6Address", nic.Ipv6) : null,
            Leaf("sourceDestCheck", true),
            connected ? NetworkInterfaceActions.RenderGroups(nic.Groups) : Node("groupSet"),
            instance.Reason is { } why
                ? Node("stateReason", Leaf("code", why.Code), Leaf("message", $"{why.Code}: {why.Text}"))
                : null,
            Leaf("architecture", instance.Type.Architecture),
            Leaf("rootDeviceType", "ebs"),
            Leaf("rootDeviceName", Image.RootDevice),
            Set("blockDeviceMapping", instance.Volumes, RenderVolume),
            Leaf("virtualizationType", "hvm"),
            Leaf("clientToken", instance.ClientToken ?? ""),
            TagActions.TagSet(instance),
            Leaf("hypervisor", "xen"),
            Set(
                "networkInterfaceSet",
                connected ? [nic] : Array.Empty<NetworkInterface>(),
                i => NetworkInterfaceActions.RenderOfInstance(region, i)
            ),
            RenderProfile(region, instance.InstanceProfile),
            Leaf("ebsOptimized", instance.EbsOptimized),
            Leaf("enaSupport", true),
            instance.Spot is null ? null : Leaf("instanceLifecycle", "spot"),
            Leaf("spotInstanceRequestId", instance.Spot?.Id),
            LaunchSpecificationXml.RenderMetadata("metadataOptions", instance.Metadata, Leaf("state", "applied")),
            Leaf("platformDetails", "Linux/UNIX"),
            Leaf("usageOperation", "RunInstances"),
        ];
    }

    private static string PrivateDnsName(RegionState region, NetworkInterface nic)
    {
        var domain = region.Name == "us-east-1" ? "ec2.internal" : $"{region.Name}.compute.internal";
        return $"ip-{nic.PrivateIp.Replace('.', '-')}.{domain}";
    }

    private static string Transition(Instance instance) =>
        instance.Reason is not { } reason ? ""
        : reason.IsAws ? $"{reason.Code}: {reason.Text}"
        : string.Create(
            CultureInfo.InvariantCulture,
            $"User initiated ({instance.ReasonTime.UtcDateTime:yyyy-MM-dd HH:mm:ss} GMT)"
        );

    private static object?[] RenderVolume(Volume volume) =>
        [
            Leaf("deviceName", volume.Attachment!.Device),
            Node(
                "ebs",
                Leaf("volumeId", volume.Id),
                Leaf("status", "attached"),
                Leaf("attachTime", volume.Attachment.Time),
                Leaf("deleteOnTermination", volume.Attachment.DeleteOnTermination)
            ),
        ];

    private static XElement? RenderProfile(RegionState region, string? profile) =>
        profile is null
            ? null
            : Node(
                "iamInstanceProfile",
                Leaf("arn", $"arn:aws:iam::{region.Cloud.Options.AccountId}:instance-profile/{profile.Split('/')[^1]}")
            );
}

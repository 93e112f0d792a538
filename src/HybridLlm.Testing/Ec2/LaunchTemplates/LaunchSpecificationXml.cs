using System.Xml.Linq;
using HybridLlm.Testing.Ec2.Tagging;
using static HybridLlm.Testing.Ec2.Protocol.Ec2Xml;

namespace HybridLlm.Testing.Ec2.LaunchTemplates;

/// <summary>A launch specification as DescribeLaunchTemplateVersions shows it.</summary>
internal static class LaunchSpecificationXml
{
    public static XElement Render(LaunchSpecification data) =>
        Node(
            "launchTemplateData",
            Leaf("imageId", data.ImageId),
            Leaf("instanceType", data.InstanceType),
            Leaf("keyName", data.KeyName),
            Leaf("userData", data.UserData),
            Leaf("ebsOptimized", data.EbsOptimized),
            Leaf("disableApiTermination", data.DisableApiTermination),
            Leaf("instanceInitiatedShutdownBehavior", data.ShutdownBehavior),
            data.Zone is null ? null : Node("placement", Leaf("availabilityZone", data.Zone)),
            data.DetailedMonitoring is { } detailed ? Node("monitoring", Leaf("enabled", detailed)) : null,
            data.CpuCredits is { } credits ? Node("creditSpecification", Leaf("cpuCredits", credits)) : null,
            RenderProfile(data.InstanceProfile),
            RenderMarket(data.Spot),
            data.Metadata == new MetadataOptions() ? null : RenderMetadata("metadataOptions", data.Metadata),
            data.SecurityGroupIds.Count == 0 ? null : Values("securityGroupIdSet", data.SecurityGroupIds),
            data.BlockDevices.Count == 0 ? null : Set("blockDeviceMappingSet", data.BlockDevices, RenderDevice),
            data.Interfaces.Count == 0 ? null : Set("networkInterfaceSet", data.Interfaces, RenderInterface),
            RenderTags(data.Tags)
        );

    /// <summary>Metadata options, also of an instance.</summary>
    public static XElement RenderMetadata(string name, MetadataOptions options, params object?[] more) =>
        Node(
            name,
            [
                .. more,
                Leaf("httpTokens", options.HttpTokens),
                Leaf("httpPutResponseHopLimit", options.HopLimit),
                Leaf("httpEndpoint", options.HttpEndpoint),
                Leaf("instanceMetadataTags", options.InstanceMetadataTags),
            ]
        );

    private static XElement? RenderProfile(string? profile) =>
        profile is null
            ? null
            : Node(
                "iamInstanceProfile",
                Leaf(profile.StartsWith("arn:", StringComparison.Ordinal) ? "arn" : "name", profile)
            );

    private static XElement? RenderMarket(SpotOptions? spot) =>
        spot is null
            ? null
            : Node(
                "instanceMarketOptions",
                Leaf("marketType", "spot"),
                Node("spotOptions", Leaf("maxPrice", spot.MaxPrice), Leaf("spotInstanceType", "one-time"))
            );

    private static object?[] RenderDevice(BlockDevice device) =>
        [
            Leaf("deviceName", device.Device),
            Node(
                "ebs",
                Leaf("volumeSize", device.SizeGiB),
                Leaf("volumeType", device.VolumeType),
                Leaf("iops", device.Iops),
                Leaf("throughput", device.Throughput),
                Leaf("encrypted", device.Encrypted),
                Leaf("kmsKeyId", device.KmsKeyId),
                Leaf("snapshotId", device.SnapshotId),
                Leaf("deleteOnTermination", device.DeleteOnTermination)
            ),
        ];

    private static object?[] RenderInterface(InterfaceSpecification nic) =>
        [
            Leaf("deviceIndex", 0),
            Leaf("subnetId", nic.SubnetId),
            Leaf("description", nic.Description),
            Leaf("associatePublicIpAddress", nic.PublicIp),
            new XElement("groupSet", nic.SecurityGroupIds.Select(id => new XElement("groupId", id))),
        ];

    private static XElement? RenderTags(TagSpecifications tags) =>
        tags.Types.Any()
            ? Set(
                "tagSpecificationSet",
                tags.Types,
                type => [Leaf("resourceType", type), TagActions.TagSet(tags.For(type))]
            )
            : null;
}

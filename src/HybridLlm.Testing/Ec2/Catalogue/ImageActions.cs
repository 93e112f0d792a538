using HybridLlm.Testing.Ec2.Protocol;
using static HybridLlm.Testing.Ec2.Protocol.Ec2Xml;

namespace HybridLlm.Testing.Ec2.Catalogue;

/// <summary>DescribeImages.</summary>
internal static class ImageActions
{
    private static readonly FilterTable<Image> s_filters = new(_ => new Dictionary<string, string>())
    {
        { "image-id", i => i.Id },
        { "name", i => i.Name },
        { "owner-id", i => i.OwnerId },
        { "owner-alias", i => i.OwnerAlias },
        { "architecture", i => i.Architecture },
        { "state", _ => "available" },
        { "is-public", _ => "true" },
        { "image-type", _ => "machine" },
        { "root-device-type", _ => "ebs" },
        { "root-device-name", _ => Image.RootDevice },
        { "virtualization-type", _ => "hvm" },
        { "creation-date", i => Timestamp(i.Created) },
    };

    public static object?[] Describe(Ec2Call call)
    {
        var request = call.Request;
        var ids = request.List("ImageId");
        var owners = request.List("Owner");
        request.Flag("IncludeDeprecated");
        var keep = s_filters.Read(request);
        var paging = Describing.ReadPaging(call, "ImageId", ids);
        return call.Perform(() =>
        {
            var images = Images.In(call.Region.Name).ToList();
            if (ids.FirstOrDefault(id => !images.Exists(i => i.Id == id)) is { } unknown)
            {
                throw new ServiceError("InvalidAMIID.NotFound", $"The image id '[{unknown}]' does not exist");
            }

            var found = images
                .Where(i => ids.Count == 0 || ids.Contains(i.Id))
                .Where(i => owners.Count == 0 || owners.Contains(i.OwnerId) || owners.Contains(i.OwnerAlias ?? ""))
                .Where(keep);
            return Describing.Answer("imagesSet", paging.Cut(found), Render);
        });
    }

    private static object?[] Render(Image image) =>
        [
            Leaf("imageId", image.Id),
            Leaf("imageLocation", $"{image.OwnerAlias ?? image.OwnerId}/{image.Name}"),
            Leaf("imageState", "available"),
            Leaf("imageOwnerId", image.OwnerId),
            Leaf("imageOwnerAlias", image.OwnerAlias),
            Leaf("name", image.Name),
            Leaf("description", $"Stand-in for {image.Name}"),
            Leaf("creationDate", Timestamp(image.Created)),
            Leaf("isPublic", true),
            Leaf("architecture", image.Architecture),
            Leaf("imageType", "machine"),
            Leaf("platformDetails", "Linux/UNIX"),
            Leaf("usageOperation", "RunInstances"),
            Leaf("rootDeviceType", "ebs"),
            Leaf("rootDeviceName", Image.RootDevice),
            Leaf("virtualizationType", "hvm"),
            Leaf("hypervisor", "xen"),
            Leaf("enaSupport", true),
            Set(
                "blockDeviceMapping",
                [image],
                i =>
                    [
                        Leaf("deviceName", Image.RootDevice),
                        Node(
                            "ebs",
                            Leaf("snapshotId", i.SnapshotId),
                            Leaf("volumeSize", i.RootGiB),
                            Leaf("volumeType", "gp3"),
                            Leaf("deleteOnTermination", true),
                            Leaf("encrypted", false)
                        ),
                    ]
            ),
        ];
}

using System.Globalization;
using HybridLlm.Testing.Ec2.Billing;
using HybridLlm.Testing.Ec2.Instances;
using HybridLlm.Testing.Ec2.LaunchTemplates;
using HybridLlm.Testing.Ec2.Protocol;
using HybridLlm.Testing.Ec2.Tagging;
using static HybridLlm.Testing.Ec2.Protocol.Ec2Xml;

namespace HybridLlm.Testing.Ec2.Volumes;

/// <summary>EBS volumes.</summary>
internal static class VolumeActions
{
    /// <summary>What a gp3 volume has without a word, I/O operations a second.</summary>
    public const int Gp3Iops = 3000;

    /// <summary>What a gp3 volume has without a word, MiB/s.</summary>
    public const int Gp3Throughput = 125;

    private static readonly FilterTable<Volume> s_filters = new(v => v.Tags)
    {
        { "volume-id", v => v.Id },
        { "status", v => v.StateName },
        { "availability-zone", v => v.Zone.Name },
        { "availability-zone-id", v => v.Zone.Id },
        { "volume-type", v => v.VolumeType },
        { "size", v => v.SizeGiB.ToString(CultureInfo.InvariantCulture) },
        { "snapshot-id", v => v.SnapshotId },
        { "encrypted", v => v.Encrypted ? "true" : "false" },
        { "attachment.instance-id", v => v.Attachment?.Instance.Id },
        { "attachment.device", v => v.Attachment?.Device },
        {
            "attachment.delete-on-termination",
            v =>
                v.Attachment is { } a
                    ? a.DeleteOnTermination
                        ? "true"
                        : "false"
                    : null
        },
    };

    /// <summary>Makes a volume that a launch asked for, attached.</summary>
    public static void Make(
        RegionState region,
        Instance instance,
        BlockDevice device,
        IReadOnlyDictionary<string, string> tags
    )
    {
        var now = region.Cloud.Now;
        var type = device.VolumeType ?? "gp3";
        Volume volume = new(region.NewId<Volume>(), now, instance.Zone)
        {
            SizeGiB = device.SizeGiB!.Value,
            VolumeType = type,
            Iops = device.Iops ?? (type == "gp3" ? Gp3Iops : null),
            Throughput = device.Throughput ?? (type == "gp3" ? Gp3Throughput : null),
            Encrypted = device.Encrypted ?? device.KmsKeyId is not null,
            KmsKeyId = device.KmsKeyId,
            SnapshotId = device.SnapshotId,
            Attachment = new VolumeAttachment(instance, device.Device, now, device.DeleteOnTermination ?? true),
        };
        region.Add(volume, tags);
        volume.Usage = Charges.OpenVolume(region, volume, now);
    }

    public static object?[] Describe(Ec2Call call) =>
        call.Describe("VolumeId", "volumeSet", s_filters, Render, limit: 500);

    public static object?[] Delete(Ec2Call call)
    {
        var id = call.Request.Required("VolumeId");
        return call.Perform(() =>
        {
            var volume = call.Region.Get<Volume>(id);
            if (volume.Attachment is { } attachment)
            {
                throw new ServiceError("VolumeInUse", $"Volume {id} is currently attached to {attachment.Instance.Id}");
            }

            Remove(call.Region, volume, call.Now);
            return [Leaf("return", true)];
        });
    }

    /// <summary>Ends a volume and its bill.</summary>
    public static void Remove(RegionState region, Volume volume, DateTimeOffset now)
    {
        volume.Usage?.Close(now);
        region.Remove(volume);
    }

    public static object?[] Render(Volume volume) =>
        [
            Leaf("volumeId", volume.Id),
            Leaf("size", volume.SizeGiB),
            Leaf("snapshotId", volume.SnapshotId ?? ""),
            Leaf("availabilityZone", volume.Zone.Name),
            Leaf("availabilityZoneId", volume.Zone.Id),
            Leaf("status", volume.StateName),
            Leaf("createTime", volume.Created),
            Set(
                "attachmentSet",
                volume.Attachment is { } attachment ? [attachment] : Array.Empty<VolumeAttachment>(),
                a =>
                    [
                        Leaf("volumeId", volume.Id),
                        Leaf("instanceId", a.Instance.Id),
                        Leaf("device", a.Device),
                        Leaf("status", "attached"),
                        Leaf("attachTime", a.Time),
                        Leaf("deleteOnTermination", a.DeleteOnTermination),
                    ]
            ),
            TagActions.TagSet(volume),
            Leaf("volumeType", volume.VolumeType),
            Leaf("iops", volume.Iops),
            Leaf("throughput", volume.Throughput),
            Leaf("encrypted", volume.Encrypted),
            Leaf("kmsKeyId", volume.KmsKeyId),
            Leaf("multiAttachEnabled", false),
        ];
}

using HybridLlm.Testing.Ec2.Protocol;
using HybridLlm.Testing.Ec2.Tagging;
using static HybridLlm.Testing.Ec2.Protocol.Ec2Xml;

namespace HybridLlm.Testing.Ec2.Volumes;

/// <summary>Snapshots of the account's own volumes.</summary>
internal static class SnapshotActions
{
    private static readonly FilterTable<Snapshot> s_filters = new(s => s.Tags)
    {
        { "snapshot-id", s => s.Id },
        { "volume-id", s => s.VolumeId },
        { "status", _ => "completed" },
    };

    public static object?[] Create(Ec2Call call)
    {
        var volumeId = call.Request.Required("VolumeId");
        var description = call.Request.Text("Description") ?? "";
        var tags = TagSpecifications.Read(call.Request, Snapshot.Kind.Type);
        return call.Perform(() =>
        {
            var volume = call.Region.Get<Volume>(volumeId);
            Snapshot snapshot = new(call.Region.NewId<Snapshot>(), call.Now)
            {
                VolumeId = volumeId,
                SizeGiB = volume.SizeGiB,
                Encrypted = volume.Encrypted,
                Description = description,
                Disk = volume.Disk.Copy(),
            };
            call.Region.Add(snapshot, tags.For(Snapshot.Kind.Type));
            return Render(snapshot);
        });
    }

    public static object?[] Describe(Ec2Call call)
    {
        call.Request.List("Owner");
        return call.Describe("SnapshotId", "snapshotSet", s_filters, Render, limit: 1000);
    }

    public static object?[] Delete(Ec2Call call)
    {
        var id = call.Request.Required("SnapshotId");
        return call.Perform(() =>
        {
            call.Region.Remove(call.Region.Get<Snapshot>(id));
            return [Leaf("return", true)];
        });
    }

    private static object?[] Render(Snapshot snapshot) =>
        [
            Leaf("snapshotId", snapshot.Id),
            Leaf("volumeId", snapshot.VolumeId),
            Leaf("status", "completed"),
            Leaf("startTime", snapshot.Created),
            Leaf("progress", "100%"),
            Leaf("volumeSize", snapshot.SizeGiB),
            Leaf("description", snapshot.Description),
            Leaf("encrypted", snapshot.Encrypted),
            TagActions.TagSet(snapshot),
        ];
}

using HybridLlm.Testing.Ec2.Billing;
using HybridLlm.Testing.Ec2.Catalogue;
using HybridLlm.Testing.Ec2.Protocol;
using HybridLlm.Testing.Ec2.Tagging;

namespace HybridLlm.Testing.Ec2.Volumes;

/// <summary>Volumes that no launch made: empty, or from a snapshot.</summary>
internal static class VolumeCreation
{
    private const int LargestGiB = 65_536;

    public static object?[] Create(Ec2Call call)
    {
        var request = call.Request;
        var zone = request.Required("AvailabilityZone");
        var size = request.Integer("Size");
        var type = request.Required("VolumeType");
        request.Only("VolumeType", "gp3");
        var iops = request.Integer("Iops");
        var throughput = request.Integer("Throughput");
        request.Integer("VolumeInitializationRate"); // volumes are full at once here, whatever the rate
        var encrypted = request.Flag("Encrypted");
        var kmsKey = request.Text("KmsKeyId");
        var snapshotId = request.Text("SnapshotId");
        var tags = TagSpecifications.Read(request, Volume.Kind.Type);
        return call.PerformOnce(
            () =>
            {
                var snapshot = snapshotId is null ? null : call.Region.Get<Snapshot>(snapshotId);
                Volume volume = new(call.Region.NewId<Volume>(), call.Now, Zone(call, zone))
                {
                    SizeGiB = Size(size, snapshot),
                    VolumeType = type,
                    Iops = iops ?? VolumeActions.Gp3Iops,
                    Throughput = throughput ?? VolumeActions.Gp3Throughput,
                    Encrypted = encrypted ?? kmsKey is not null || snapshot?.Encrypted == true,
                    KmsKeyId = kmsKey,
                    SnapshotId = snapshotId,
                    Disk = snapshot?.Disk.Copy() ?? new(),
                };
                call.Region.Add(volume, tags.For(Volume.Kind.Type));
                volume.Usage = Charges.OpenVolume(call.Region, volume, call.Now);
                return volume;
            },
            VolumeActions.Render
        );
    }

    private static Zone Zone(Ec2Call call, string name) =>
        call.Cloud.Offers.Zones.In(call.Region.Name).FirstOrDefault(z => z.Name == name)
        ?? throw new ServiceError("InvalidZone.NotFound", $"The zone '{name}' does not exist.");

    private static int Size(int? size, Snapshot? snapshot) =>
        (size ?? snapshot?.SizeGiB) is not { } wanted ? throw ServiceError.Missing("Size")
        : wanted is < 1 or > LargestGiB || wanted < snapshot?.SizeGiB
            ? throw new ServiceError(
                "InvalidParameterValue",
                $"Volume of {wanted}GiB is too small or too large; it must be {snapshot?.SizeGiB ?? 1}-{LargestGiB}."
            )
        : wanted;
}

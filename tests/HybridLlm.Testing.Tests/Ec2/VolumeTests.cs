using Amazon.EC2;
using Amazon.EC2.Model;

namespace HybridLlm.Testing.Tests.Ec2;

/// <summary>Volumes belong to a zone and to one instance at a time.</summary>
public sealed class VolumeTests : CloudTests
{
    [Fact]
    public async Task A_volume_is_made_once_a_token_and_costs_until_it_is_deleted()
    {
        var request = Request("us-east-2a");
        request.ClientToken = "one";
        var first = (await Ec2.CreateVolumeAsync(request, Ct)).Volume;

        (await Ec2.CreateVolumeAsync(request, Ct)).Volume.VolumeId.ShouldBe(first.VolumeId);
        request.Size = 21;
        (await CodeOf(Ec2.CreateVolumeAsync(request, Ct))).ShouldBe("IdempotentParameterMismatch");
        (first.State.Value, first.Size, first.Encrypted).ShouldBe(("available", 20, true));
        Clock.Advance(TimeSpan.FromHours(1));
        Cloud.Bill().Lines.ShouldHaveSingleItem().Usd.ShouldBeGreaterThan(0);

        await Ec2.DeleteVolumeAsync(new DeleteVolumeRequest(first.VolumeId), Ct);

        Cloud.Snapshot().ShouldBeEmpty();
        Cloud.Bill().Lines.ShouldHaveSingleItem().End.ShouldNotBeNull();
    }

    [Fact]
    public async Task A_volume_goes_to_one_instance_of_its_own_zone_that_runs()
    {
        var network = await MakeNetworkAsync();
        var here = (await RunAsync(r => r.SubnetId = network.Subnets["us-east-2a"])).InstanceId;
        var there = (await RunAsync(r => r.SubnetId = network.Subnets["us-east-2b"])).InstanceId;
        var volume = (await Ec2.CreateVolumeAsync(Request("us-east-2a"), Ct)).Volume.VolumeId;
        (await CodeOf(AttachAsync(volume, here))).ShouldBe("IncorrectState");
        Clock.Advance(TimeSpan.FromSeconds(15));

        (await CodeOf(AttachAsync(volume, there))).ShouldBe("InvalidVolume.ZoneMismatch");
        await AttachAsync(volume, here);
        (await CodeOf(AttachAsync(volume, here))).ShouldBe("VolumeInUse");
        (await CodeOf(Ec2.DeleteVolumeAsync(new DeleteVolumeRequest(volume), Ct))).ShouldBe("VolumeInUse");

        await Ec2.DetachVolumeAsync(new DetachVolumeRequest { VolumeId = volume }, Ct);
        (await CodeOf(Ec2.DetachVolumeAsync(new DetachVolumeRequest { VolumeId = volume }, Ct))).ShouldBe(
            "IncorrectState"
        );
        await AttachAsync(volume, here);
        await Ec2.TerminateInstancesAsync(new TerminateInstancesRequest([here]), Ct);
        Clock.Advance(TimeSpan.FromMinutes(1));

        (await Ec2.DescribeVolumesAsync(new DescribeVolumesRequest { VolumeIds = [volume] }, Ct))
            .Volumes.Single()
            .State.ShouldBe(VolumeState.Available);
    }

    [Fact]
    public async Task A_snapshot_becomes_a_volume_of_any_zone_and_no_smaller_one()
    {
        var volume = (await Ec2.CreateVolumeAsync(Request("us-east-2a"), Ct)).Volume.VolumeId;
        var snapshot = await Ec2.CreateSnapshotAsync(
            new CreateSnapshotRequest
            {
                VolumeId = volume,
                TagSpecifications = [new() { ResourceType = ResourceType.Snapshot, Tags = [new("kind", "models")] }],
            },
            Ct
        );
        await Ec2.DeleteVolumeAsync(new DeleteVolumeRequest(volume), Ct);
        var id = snapshot.Snapshot.SnapshotId;
        var from = Request("us-east-2c");
        (from.SnapshotId, from.Size) = (id, 10);
        (await CodeOf(Ec2.CreateVolumeAsync(from, Ct))).ShouldBe("InvalidParameterValue");
        from.Size = null;

        var copy = (await Ec2.CreateVolumeAsync(from, Ct)).Volume;

        (copy.Size, copy.SnapshotId, copy.AvailabilityZone).ShouldBe((20, id, "us-east-2c"));
        var found = await Ec2.DescribeSnapshotsAsync(new() { Filters = [new("tag:kind", ["models"])] }, Ct);
        found.Snapshots.ShouldHaveSingleItem().VolumeSize.ShouldBe(20);
        await Ec2.DeleteSnapshotAsync(new DeleteSnapshotRequest(id), Ct);
        (await CodeOf(Ec2.DeleteSnapshotAsync(new DeleteSnapshotRequest(id), Ct))).ShouldBe("InvalidSnapshot.NotFound");
    }

    [Fact]
    public async Task A_zone_that_is_not_there_is_refused() =>
        (await CodeOf(Ec2.CreateVolumeAsync(Request("us-east-2z"), Ct))).ShouldBe("InvalidZone.NotFound");

    private Task<AttachVolumeResponse> AttachAsync(string volume, string instance) =>
        Ec2.AttachVolumeAsync(
            new AttachVolumeRequest
            {
                VolumeId = volume,
                InstanceId = instance,
                Device = "/dev/sdf",
            },
            Ct
        );

    private static CreateVolumeRequest Request(string zone) =>
        new()
        {
            AvailabilityZone = zone,
            Size = 20,
            VolumeType = VolumeType.Gp3,
            Encrypted = true,
        };
}

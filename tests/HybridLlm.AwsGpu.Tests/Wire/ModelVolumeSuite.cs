using HybridLlm.AwsGpu.Fleets;
using HybridLlm.AwsGpu.Storage;
using HybridLlm.AwsGpu.Teardown;

namespace HybridLlm.AwsGpu.Tests.Wire;

/// <summary>Models on volumes: one a zone, or one a node from a snapshot.</summary>
public abstract class ModelVolumeSuite(IWireBackend backend) : WireSuite(backend)
{
    private const string Model = "llama3.1:8b";

    [Fact]
    public async Task A_volume_is_made_once_a_zone_and_attached_once()
    {
        using var cluster = await ClusterAsync();
        var network = await cluster.BuildNetworkAsync();
        var node = await new FleetLauncher(cluster.Clients).LaunchAsync(await cluster.NewIntentAsync(network), Token);
        ModelVolumes volumes = new(cluster.Clients, cluster.Owner, WireCluster.Region);

        var volume = await volumes.EnsureAsync(Spec(node.ZoneId!), Token);
        await volumes.AttachAsync(volume, node.InstanceId, Token);
        cluster.Wire.Forget();
        (await volumes.EnsureAsync(Spec(node.ZoneId!), Token)).Id.ShouldBe(volume.Id);
        await volumes.AttachAsync(volume, node.InstanceId, Token);

        cluster.Wire.Writes.ShouldBeEmpty();
        (await volumes.ListAsync(Model, Token)).ShouldHaveSingleItem().InstanceId.ShouldBe(node.InstanceId);
        volume.DevicePath.ShouldBe("/dev/disk/by-id/nvme-Amazon_Elastic_Block_Store_" + volume.Id.Replace("-", ""));
    }

    [Fact]
    public async Task A_snapshot_moves_a_model_to_another_zone_and_what_is_made_for_a_node_goes_with_it()
    {
        Needs(Behaviour.TemplateVersionDeletion);
        using var cluster = await ClusterAsync();
        var network = await cluster.BuildNetworkAsync();
        ModelVolumes volumes = new(cluster.Clients, cluster.Owner, WireCluster.Region);
        var kept = await volumes.EnsureAsync(Spec(network.Subnets[0].ZoneId), Token);
        var snapshot = await volumes.EnsureSnapshotAsync(kept, "plan-1", Token);
        (await volumes.EnsureSnapshotAsync(kept, "plan-1", Token)).ShouldBe(snapshot);

        var node = await new FleetLauncher(cluster.Clients).LaunchAsync(await cluster.NewIntentAsync(network), Token);
        var own = await volumes.EnsureAsync(
            Spec(node.ZoneId!) with
            {
                SnapshotId = snapshot,
                IntentId = "intent-1",
            },
            Token
        );
        own.Id.ShouldNotBe(kept.Id);
        await volumes.AttachAsync(own, node.InstanceId, Token);

        (await cluster.TearDownAsync(TeardownScope.Burst)).IsComplete.ShouldBeTrue();
        (await volumes.ListAsync(Model, Token)).ShouldHaveSingleItem().Id.ShouldBe(kept.Id);
        var left = (await cluster.ScanAsync()).Resources.Where(r => r.Component == ResourceComponents.Models).ToList();
        left.Select(r => r.Kind).ShouldBe([OwnedResourceKind.Volume, OwnedResourceKind.Snapshot]);
        left.ShouldAllBe(r => r.IsBilled);

        (await cluster.TearDownAsync()).IsComplete.ShouldBeTrue();
    }

    [Fact]
    public async Task All_faults_of_a_volume_are_reported_at_once()
    {
        using var cluster = await ClusterAsync();
        ModelVolumes volumes = new(cluster.Clients, cluster.Owner, WireCluster.Region);

        var refused = await Should.ThrowAsync<InvalidSpecException>(() =>
            volumes.EnsureAsync(Spec("use1-az99") with { SizeGiB = 0, MBps = 1 })
        );

        refused.Faults.Count.ShouldBe(3);
    }

    private static ModelVolumeSpec Spec(string zoneId) =>
        new()
        {
            PlanId = "plan-1",
            Model = Model,
            ZoneId = zoneId,
            SizeGiB = 20,
        };
}

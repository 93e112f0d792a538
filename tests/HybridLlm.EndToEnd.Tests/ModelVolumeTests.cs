using HybridLlm.AwsGpu.Storage;
using HybridLlm.Specs;
using HybridLlm.Testing.Ec2;

namespace HybridLlm.EndToEnd.Tests;

/// <summary>The model on a volume: filled once, bound to its zone, in the plan's price, and gone with everything else.</summary>
public sealed class ModelVolumeTests : IAsyncLifetime
{
    private TestWorld _test = null!;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private EmulatedCloud Cloud => _test.World.Cloud;

    public async ValueTask InitializeAsync() => _test = await TestWorld.StartAsync();

    public ValueTask DisposeAsync() => _test.DisposeAsync();

    [Fact]
    public async Task It_is_filled_by_the_first_GPU_used_by_the_next_and_shown_with_its_price()
    {
        await using var plain = _test.Cluster();
        var without = await plain.PlanAsync(Token);
        await plain.DisposeAsync();
        await using var cluster = _test.Cluster(b => b.WithModelCache(ModelCacheKind.VolumePerZone));
        var plan = await cluster.UpAsync(cancellationToken: Token);

        plan.Offers.Select(o => o.Zone).Distinct().ShouldHaveSingleItem();
        plan.Offers.Count.ShouldBeLessThan(without.Offers.Count);
        plan.Cost.AsleepPerDay.ShouldBeGreaterThan(without.Cost.AsleepPerDay);
        plan.Cost.Parts.ShouldContain(p => p.Name.StartsWith("model volume in", StringComparison.Ordinal));
        plan.Proofs.Single(p => p.Name == "model cache").Statement.ShouldContain("offers elsewhere are lost");

        await cluster.WakeAsync(cancellationToken: Token);
        await cluster.SleepAsync(cancellationToken: Token);
        var volume = Volumes().ShouldHaveSingleItem();
        ModelFetches().ShouldBe(1);

        await cluster.WakeAsync(cancellationToken: Token);
        Volumes().ShouldContain(volume);
        ModelFetches().ShouldBe(1, "the second GPU finds it on the volume");
        await cluster.SleepAsync(cancellationToken: Token);

        var receipt = await cluster.DownAsync(cancellationToken: Token);
        receipt.Left.ShouldBe(0);
        receipt.SpentUsd.ShouldBeGreaterThanOrEqualTo(Cloud.Bill().TotalUsd);
        Cloud.Snapshot().ShouldBeEmpty();
    }

    [Fact]
    public void Snapshots_are_refused_before_anything_is_asked() =>
        Should
            .Throw<HybridClusterFaultsException>(() =>
                _test.Builder().WithModelCache(ModelCacheKind.SnapshotToVolume).Build()
            )
            .Faults.Single()
            .Code.ShouldBe("HL117");

    /// <summary>Volumes that are no instance's root.</summary>
    private List<string> Volumes() =>
        [
            .. Cloud
                .Snapshot()
                .Where(r => r.Type == "volume" && r.Tags.ContainsKey(AwsGpu.ResourceTags.Model))
                .Select(r => r.Id),
        ];

    private int ModelFetches() =>
        Cloud.Calls.Count(c =>
            c.Action == "GetObject" && c.Target?.Contains("model-llama3.1", StringComparison.Ordinal) == true
        );
}

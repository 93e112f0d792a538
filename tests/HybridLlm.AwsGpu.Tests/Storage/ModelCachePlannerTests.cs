using HybridLlm.AwsGpu.Offerings;
using HybridLlm.AwsGpu.Storage;
using HybridLlm.AwsGpu.Tests.Offerings;
using static HybridLlm.AwsGpu.Tests.Offerings.Market;

namespace HybridLlm.AwsGpu.Tests.Storage;

public sealed class ModelCachePlannerTests
{
    /// <summary>Two zones; the dearer one is where the volume is.</summary>
    private static readonly IReadOnlyList<Offer> s_offers = OfferPlanner
        .Plan(
            new OfferRequest { GpuMemoryMiB = 16_000 },
            Market.Of(
                [Type("g5.xlarge") with { EbsBaselineMBps = 87.5m }],
                new SpotPool("g5.xlarge", A, 0.40m),
                new SpotPool("g5.xlarge", B, 0.55m)
            )
        )
        .Offers;

    private static readonly ModelCacheSpec s_spec = new()
    {
        ModelGiB = 20,
        Offers = s_offers,
        VolumeZoneIds = [B.Id],
    };

    [Fact]
    public void The_bucket_keeps_every_pool_and_is_the_fastest_and_the_cheapest()
    {
        var options = ModelCachePlanner.Plan(s_spec);
        var bucket = options[0];

        bucket.Kind.ShouldBe(ModelCacheKind.BucketToNvme);
        (bucket.OffersLost, bucket.PinningUsdPerHour, bucket.UsdPerWake).ShouldBe((0, 0m, 0m));
        bucket.UsdPerMonth.ShouldBe(20 * 0.023m);
        bucket.LoadTime!.Value.TotalSeconds.ShouldBe(35.8, 0.1);
        options.ShouldAllBe(o => o.UsdPerMonth >= bucket.UsdPerMonth && o.LoadTime >= bucket.LoadTime);
    }

    [Fact]
    public void A_volume_is_bound_to_its_zone_throttled_by_the_instance_and_shows_the_price_of_pinning()
    {
        var volume = ModelCachePlanner.Plan(s_spec).Single(o => o.Kind == ModelCacheKind.VolumePerZone);

        volume.Offers.ShouldHaveSingleItem().Zone.ShouldBe(B);
        volume.OffersLost.ShouldBe(1);
        volume.PinningUsdPerHour.ShouldBe(0.15m);
        volume.UsdPerMonth.ShouldBe(1.6m);
        // 20 GiB at the instance's 87.5 MB/s, not at the volume's 125.
        volume.LoadTime!.Value.TotalSeconds.ShouldBe(245.4, 0.1);
    }

    [Fact]
    public void A_faster_volume_is_paid_for_and_no_faster_behind_a_slow_instance()
    {
        var volume = ModelCachePlanner
            .Plan(s_spec with { VolumeMBps = 500 })
            .Single(o => o.Kind == ModelCacheKind.VolumePerZone);

        volume.UsdPerMonth.ShouldBe(1.6m + (375 * 0.04m));
        volume.LoadTime!.Value.TotalSeconds.ShouldBe(245.4, 0.1);
    }

    [Fact]
    public void A_snapshot_serves_every_zone_and_costs_at_each_wake()
    {
        var snapshot = ModelCachePlanner.Plan(s_spec).Single(o => o.Kind == ModelCacheKind.SnapshotToVolume);

        (snapshot.OffersLost, snapshot.UsdPerMonth, snapshot.UsdPerWake).ShouldBe((0, 1.0m, 0.072m));
    }

    [Fact]
    public void A_zone_without_offers_is_shown_as_none()
    {
        var volume = ModelCachePlanner
            .Plan(s_spec with { VolumeZoneIds = ["use1-az9"] })
            .Single(o => o.Kind == ModelCacheKind.VolumePerZone);

        (volume.Offers.Count, volume.LoadTime, volume.PinningUsdPerHour).ShouldBe((0, null, null));
    }

    [Fact]
    public void All_faults_of_a_spec_are_reported_at_once() =>
        Should
            .Throw<InvalidSpecException>(() =>
                ModelCachePlanner.Plan(
                    s_spec with
                    {
                        ModelGiB = 0,
                        VolumeMBps = 1,
                        InitializationMiBps = 1,
                        BucketMBps = 0,
                    }
                )
            )
            .Faults.Count.ShouldBe(4);
}

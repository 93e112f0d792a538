using HybridLlm.AwsGpu;
using HybridLlm.AwsGpu.Offerings;
using HybridLlm.AwsGpu.Pricing;
using HybridLlm.Ollama.Fitting;
using HybridLlm.Planning;
using HybridLlm.Specs;

namespace HybridLlm.Tests.Planning;

public sealed class GpuMarketTests
{
    private static readonly AvailabilityZone s_zone = new("use1-az1", "us-east-1c");
    private static readonly AvailabilityZone s_otherZone = new("use1-az2", "us-east-1a");
    private static readonly DateTimeOffset s_at = new(2026, 11, 24, 12, 0, 0, TimeSpan.Zero);
    private static readonly GpuSpec s_gpu = new() { Region = "us-east-1" };

    // 7986 MiB with 8192 tokens of context.
    private static readonly MemoryNeed s_need = MemoryEstimator.Estimate(WellKnownModels.Get("llama3.1:8b"), 8192);

    [Fact]
    public void A_type_whose_gpu_is_too_small_is_passed_over_with_both_figures()
    {
        var market = Judge(s_gpu, [Type("g6.xlarge"), Type("g3s.xlarge", memoryMiB: 7680)], ("g6.xlarge", 0.30m));

        market.Offers.Single().InstanceType.ShouldBe("g6.xlarge");
        market
            .Rejected.Single()
            .ShouldBe(
                new PlanRejection("g3s.xlarge", null, "its 1 × L4 has 7680 MiB a GPU, the model needs 7986"),
                "what is too small and by how much"
            );
    }

    [Fact]
    public void Pools_much_dearer_than_the_cheapest_are_not_asked_for()
    {
        var market = Judge(
            s_gpu,
            [Type("g6.xlarge"), Type("g5.xlarge")],
            ("g6.xlarge", 0.30m),
            ("g5.xlarge", 0.48m),
            ("g5.xlarge", 0.49m)
        );

        market.Offers.Select(o => o.HourlyPrice).ShouldBe([0.30m, 0.48m]);
        market.Rejected.Single().Reason.ShouldBe("costs 0.4900 USD/h, more than 1.6 × the cheapest, 0.3000");
    }

    [Theory]
    [InlineData(null, 0.3450)]
    [InlineData(0.40, 0.3450)]
    [InlineData(0.31, 0.31)]
    public void The_reserve_has_room_for_a_rising_price_and_never_exceeds_the_cap(double? cap, double reserve) =>
        Judge(s_gpu with { MaxHourlyPrice = (decimal?)cap }, [Type("g6.xlarge")], ("g6.xlarge", 0.30m))
            .ReservedPrice.ShouldBe((decimal)reserve);

    [Fact]
    public void Without_an_offer_nothing_is_reserved()
    {
        var market = Judge(s_gpu with { MaxHourlyPrice = 0.10m }, [Type("g6.xlarge")], ("g6.xlarge", 0.30m));

        market.Offers.ShouldBeEmpty();
        market.ReservedPrice.ShouldBe(0);
        market.Rejected.Single().Reason.ShouldContain("0.1");
    }

    [Fact]
    public void A_type_asked_about_gets_an_answer_though_nobody_offers_it() =>
        Judge(s_gpu with { AskedAbout = ["p3.2xlarge"] }, [Type("g6.xlarge")], ("g6.xlarge", 0.30m))
            .Rejected.Single()
            .InstanceType.ShouldBe("p3.2xlarge");

    [Fact]
    public void A_pool_that_is_left_alone_is_passed_over_and_still_says_how_dear_another_may_be()
    {
        PoolRecord cooled = new()
        {
            InstanceType = "g6.xlarge",
            ZoneId = s_zone.Id,
            CooledUntil = s_at.AddMinutes(2),
        };
        var market = Judge(
            s_gpu,
            [Type("g6.xlarge"), Type("g5.xlarge"), Type("g6e.xlarge")],
            [cooled],
            ("g6.xlarge", 0.30m),
            ("g5.xlarge", 0.48m),
            ("g6e.xlarge", 0.60m)
        );

        market.Offers.Select(o => o.InstanceType).ShouldBe(["g5.xlarge"], "0.60 is above 1.6 × 0.30");
        market.Rejected.ShouldContain(r => r.InstanceType == "g6.xlarge" && r.Reason.Contains("left alone until"));
        market.Plan.Offers.Count.ShouldBe(1);
        market.Everything.Offers.Count.ShouldBe(2);
        market.ReservedPrice.ShouldBe(0.552m, "the reserve does not follow from who is left alone");
    }

    [Fact]
    public void When_all_pools_are_left_alone_a_doubtful_one_is_better_than_none()
    {
        PoolRecord cooled = new()
        {
            InstanceType = "g6.xlarge",
            ZoneId = s_zone.Id,
            CooledUntil = s_at.AddMinutes(2),
        };
        var market = Judge(s_gpu, [Type("g6.xlarge")], [cooled], ("g6.xlarge", 0.30m));

        market.Offers.ShouldHaveSingleItem();
        market.Plan.Offers.ShouldHaveSingleItem();
        market.Warm.Offers.ShouldBeEmpty();
    }

    [Fact]
    public void A_pool_that_interrupts_ranks_behind_one_that_is_hardly_dearer()
    {
        PoolRecord restless = new()
        {
            InstanceType = "g6.xlarge",
            ZoneId = s_zone.Id,
            PriceFactor = 1.2m,
        };

        Judge(s_gpu, [Type("g6.xlarge"), Type("g5.xlarge")], [restless], ("g6.xlarge", 0.30m), ("g5.xlarge", 0.33m))
            .Offers.Select(o => o.InstanceType)
            .ShouldBe(["g5.xlarge", "g6.xlarge"]);
    }

    [Fact]
    public void On_demand_is_offered_only_where_it_is_wanted_and_its_dearest_offer_is_reserved()
    {
        Judge(s_gpu, [Type("g6.xlarge")], ("g6.xlarge", 0.30m)).OnDemand.ShouldBeEmpty();

        var market = Judge(
            s_gpu with
            {
                OnDemand = OnDemandFallback.AtOnce,
            },
            [Type("g6.xlarge"), Type("g5.xlarge")],
            ("g6.xlarge", 0.30m),
            ("g5.xlarge", 0.40m)
        );

        market.OnDemand.Count.ShouldBe(2);
        market.ReservedOnDemand.ShouldBe(market.OnDemand.Max(o => o.OnDemandPrice));
        market.ReserveOf(InstanceMarket.OnDemand).ShouldBe(market.DearestReserve);
        market.ReserveOf(InstanceMarket.Spot).ShouldBe(0.46m);
    }

    private static GpuMarket Judge(
        GpuSpec gpu,
        IReadOnlyList<GpuInstanceType> types,
        params IReadOnlyList<(string Type, decimal Price)> pools
    ) => Judge(gpu, types, [], pools);

    private static GpuMarket Judge(
        GpuSpec gpu,
        IReadOnlyList<GpuInstanceType> types,
        IReadOnlyList<PoolRecord> history,
        params IReadOnlyList<(string Type, decimal Price)> pools
    ) =>
        GpuMarket.Judge(
            gpu,
            s_need,
            new OfferingFacts
            {
                Region = "us-east-1",
                ReadAt = s_at,
                History = history,
                InstanceTypes = types,
                // The second pool of a type lies in another zone.
                Pools =
                [
                    .. pools.Select(
                        (p, i) =>
                            new SpotPool(
                                p.Type,
                                pools.Take(i).Any(q => q.Type == p.Type) ? s_otherZone : s_zone,
                                p.Price
                            )
                    ),
                ],
                OnDemandPrices = OnDemandPrices.Embedded,
            }
        );

    private static GpuInstanceType Type(string name, int memoryMiB = 22_888) =>
        new()
        {
            Name = name,
            Architecture = CpuArchitecture.X64,
            GpuManufacturer = "NVIDIA",
            GpuName = "L4",
            GpuCount = 1,
            GpuMemoryMiB = memoryMiB,
            VCpus = 4,
            MemoryMiB = 16_384,
            LocalNvmeGB = 250,
            SoldOnSpot = true,
        };
}

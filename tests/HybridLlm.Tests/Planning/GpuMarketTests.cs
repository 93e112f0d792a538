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

    private static GpuMarket Judge(
        GpuSpec gpu,
        IReadOnlyList<GpuInstanceType> types,
        params IReadOnlyList<(string Type, decimal Price)> pools
    ) =>
        GpuMarket.Judge(
            gpu,
            s_need,
            new OfferingFacts
            {
                Region = "us-east-1",
                ReadAt = new DateTimeOffset(2026, 11, 24, 12, 0, 0, TimeSpan.Zero),
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

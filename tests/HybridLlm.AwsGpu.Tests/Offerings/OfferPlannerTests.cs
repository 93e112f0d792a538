using FsCheck.Xunit;
using HybridLlm.AwsGpu.Offerings;
using static HybridLlm.AwsGpu.Tests.Offerings.Market;

namespace HybridLlm.AwsGpu.Tests.Offerings;

public sealed class OfferPlannerTests
{
    private static readonly OfferRequest s_request = new() { GpuMemoryMiB = 16_000 };

    [Fact]
    public void Plan_ranks_by_price_then_type_then_zone()
    {
        var plan = OfferPlanner.Plan(
            s_request,
            Of(
                [Type("g6.xlarge"), Type("g5.xlarge")],
                new SpotPool("g6.xlarge", B, 0.40m),
                new SpotPool("g6.xlarge", A, 0.40m),
                new SpotPool("g5.xlarge", B, 0.40m),
                new SpotPool("g5.xlarge", A, 0.39m)
            )
        );

        plan.Offers.Select(o => $"{o.InstanceType.Name} {o.Zone.Id}")
            .ShouldBe(["g5.xlarge use1-az1", "g5.xlarge use1-az2", "g6.xlarge use1-az1", "g6.xlarge use1-az2"]);
        plan.Rejected.ShouldBeEmpty();
    }

    [Fact]
    public void The_cheapest_need_not_be_the_smallest()
    {
        var plan = OfferPlanner.Plan(
            s_request,
            Of(
                [Type("g6e.12xlarge", gpus: 4, memoryMiB: 45776), Type("g6e.24xlarge", gpus: 4, memoryMiB: 45776)],
                new SpotPool("g6e.12xlarge", B, 6.60m),
                new SpotPool("g6e.24xlarge", B, 3.54m)
            )
        );

        plan.Offers[0].InstanceType.Name.ShouldBe("g6e.24xlarge");
    }

    [Theory]
    [InlineData(22_888, false, true)]
    [InlineData(22_889, false, true)]
    [InlineData(91_552, false, true)]
    [InlineData(91_553, false, false)]
    [InlineData(22_888, true, true)]
    [InlineData(22_889, true, false)]
    public void Memory_counts_over_all_gpus_unless_one_must_hold_it_all(int neededMiB, bool onOneGpu, bool fits)
    {
        var plan = OfferPlanner.Plan(
            new OfferRequest { GpuMemoryMiB = neededMiB, OnOneGpu = onOneGpu },
            Of([Type("g6.12xlarge", gpus: 4)], new SpotPool("g6.12xlarge", A, 1m))
        );

        plan.Offers.Any().ShouldBe(fits);
        plan.Rejected.Any(r => r.Reason.Contains("GPU memory", StringComparison.Ordinal)).ShouldBe(!fits);
    }

    [Theory]
    [InlineData(0.7243, true)] // 90 % of 0.8048 is 0.72432
    [InlineData(0.7244, false)]
    [InlineData(0.8048, false)]
    public void Spot_close_to_on_demand_is_not_worth_its_interruptions(double spot, bool worth)
    {
        var plan = OfferPlanner.Plan(s_request, Of([Type("g6.xlarge")], new SpotPool("g6.xlarge", A, (decimal)spot)));

        plan.Offers.Any().ShouldBe(worth);
    }

    public static TheoryData<string, GpuInstanceType, SpotPool?, string> Unfit =>
        new()
        {
            { "maker", Type("g4ad.xlarge") with { GpuManufacturer = "AMD", GpuName = "Radeon" }, null, "NVIDIA GPU" },
            { "age", Type("p3dn.24xlarge", 8, 32768) with { GpuName = "V100" }, null, "open driver" },
            { "architecture", Type("g5g.xlarge") with { Architecture = CpuArchitecture.Arm64 }, null, "needs X64" },
            { "market", Type("x.y") with { SoldOnSpot = false }, null, "not sold on the spot market" },
            { "price", Type("g6.xlarge"), new SpotPool("g6.xlarge", A, 0.51m), "limit 0.5" },
            { "no price", Type("g6.xlarge"), new SpotPool("g6.xlarge", A, null), "no spot price" },
            { "zone", Type("g6.xlarge"), new SpotPool("g6.xlarge", B, 0.3m), "no subnet in use1-az2" },
        };

    [Theory]
    [MemberData(nameof(Unfit))]
    public void What_does_not_fit_is_rejected_with_the_reason(
        string what,
        GpuInstanceType type,
        SpotPool? pool,
        string reason
    )
    {
        OfferRequest request = s_request with { MaxHourlyPrice = 0.5m, ZoneIds = [A.Id] };
        var plan = OfferPlanner.Plan(request, Of([type], pool ?? new SpotPool(type.Name, A, 0.3m)));

        plan.Offers.ShouldBeEmpty(what);
        plan.Rejected.ShouldHaveSingleItem().Reason.ShouldContain(reason);
    }

    [Fact]
    public void Plan_offers_the_forty_cheapest_and_says_what_it_left_out()
    {
        var pools = Enumerable
            .Range(0, 50)
            .Select(i => new SpotPool("g6.xlarge", new($"z{i:d2}", "n"), 0.2m + (i * 0.01m)));
        var plan = OfferPlanner.Plan(s_request, Of([Type("g6.xlarge")], [.. pools]));

        plan.Offers.Count.ShouldBe(OfferPlanner.MaxOffers);
        plan.Offers[^1].Zone.Id.ShouldBe("z39");
        plan.Rejected.Count.ShouldBe(10);
        plan.Rejected.ShouldAllBe(r => r.Reason == "40 pools that are cheaper or spread better fit");
    }

    [Fact]
    public void Every_type_asked_about_has_an_answer()
    {
        OfferRequest request = s_request with
        {
            AnswerFor = ["g6.xlarge", "p3.2xlarge", "g5.xlarge", "h9.large", "g6f.large"],
        };
        var plan = OfferPlanner.Plan(
            request,
            Of(
                [Type("g6.xlarge"), Type("g5.xlarge"), Type("g6f.large", memoryMiB: 2861)],
                new SpotPool("g6.xlarge", A, 0.4m),
                new SpotPool("g6.xlarge", B, 0.3m)
            )
        );

        plan.Answers.Select(a => a.InstanceType).ShouldBe(request.AnswerFor);
        plan.Answers[0].Cheapest!.Zone.ShouldBe(B);
        plan.Answers[1].Reason.ShouldBe("EC2 does not offer it any more in us-east-1");
        plan.Answers[2].Reason.ShouldBe("EC2 offers it in no zone of us-east-1");
        plan.Answers[3].Reason.ShouldBe("EC2 offers no such GPU instance type in us-east-1");
        plan.Answers[4].Reason.ShouldBe("has 2861 MiB of GPU memory, needs 16000");
    }

    [Fact]
    public void A_price_not_known_is_taken_for_the_dearest_known()
    {
        var facts = Of([Type("g6.xlarge")], new SpotPool("g6.xlarge", A, 1m)) with { Region = "xx-nowhere-1" };
        var offer = OfferPlanner.Plan(s_request, facts).Offers.ShouldHaveSingleItem();

        offer.OnDemand.IsKnown.ShouldBeFalse();
        offer.OnDemand.UsdPerHour.ShouldBeGreaterThan(1.1m);
    }

    [Fact]
    public void All_faults_of_a_request_are_reported_at_once()
    {
        var fault = Should.Throw<InvalidSpecException>(() =>
            OfferPlanner.Plan(
                new OfferRequest
                {
                    GpuMemoryMiB = 0,
                    MaxHourlyPrice = 0,
                    ZoneIds = [],
                },
                Of([])
            )
        );

        fault.Faults.Count.ShouldBe(3);
        fault.Remedy.ShouldNotBeEmpty();
    }

    [Property(Replay = "(11,13)")]
    public bool Every_pool_is_offered_or_rejected_and_offers_keep_the_limits(
        (byte Memory, byte Price, byte Zone)[] pools
    )
    {
        var types = pools.Select((p, i) => Type($"t{i}", memoryMiB: 1 + (p.Memory * 200))).ToList();
        var facts = Of(
            types,
            [.. pools.Select((p, i) => new SpotPool($"t{i}", p.Zone % 2 == 0 ? A : B, (1 + p.Price) / 100m))]
        );
        OfferRequest request = s_request with { MaxHourlyPrice = 1.5m, ZoneIds = [A.Id] };
        var plan = OfferPlanner.Plan(request, facts);
        var shuffled = OfferPlanner.Plan(
            request,
            facts with
            {
                Pools = [.. facts.Pools.Reverse()],
                InstanceTypes = [.. types.AsEnumerable().Reverse()],
            }
        );

        return plan.Offers.Count + plan.Rejected.Count == pools.Length
            && plan.Offers.Count <= OfferPlanner.MaxOffers
            && plan.Offers.All(o =>
                o.HourlyPrice <= 1.5m && o.Zone == A && o.InstanceType.TotalGpuMemoryMiB >= request.GpuMemoryMiB
            )
            && plan.Offers.SequenceEqual(plan.Offers.OrderBy(o => o.HourlyPrice))
            && plan.Offers.SequenceEqual(shuffled.Offers)
            && plan.Rejected.SequenceEqual(shuffled.Rejected);
    }
}

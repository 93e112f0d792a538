using HybridLlm.AwsGpu.Offerings;
using static HybridLlm.AwsGpu.Tests.Offerings.Market;

namespace HybridLlm.AwsGpu.Tests.Offerings;

public sealed class OfferRankingTests
{
    private static readonly OfferRequest s_request = new() { GpuMemoryMiB = 16_000 };

    private static readonly GpuInstanceType[] s_types =
    [
        Type("g6.xlarge"),
        Type("g6.12xlarge", gpus: 4) with
        {
            VCpus = 48,
        },
        Type("p4d.24xlarge", gpus: 8, memoryMiB: 40_960) with
        {
            VCpus = 96,
        },
    ];

    [Fact]
    public void More_memory_counts_for_nothing_unless_it_is_of_use()
    {
        var facts = Of(s_types, new SpotPool("g6.xlarge", A, 0.40m), new SpotPool("g6.12xlarge", A, 0.70m));

        OfferPlanner.Plan(s_request, facts).Offers[0].InstanceType.Name.ShouldBe("g6.xlarge");
        var plan = OfferPlanner.Plan(s_request with { UsefulGpuMemoryMiB = 90_000 }, facts);

        plan.Offers[0].InstanceType.Name.ShouldBe("g6.12xlarge");
        plan.Offers[0].PricePerUsefulGiB.ShouldBe(0.70m / (90_000m / 1024));
        plan.Offers[1].PricePerUsefulGiB.ShouldBe(0.40m / (22_888m / 1024));
    }

    [Fact]
    public void A_pool_with_interruptions_ranks_as_a_dearer_one_and_keeps_its_price()
    {
        var facts = Of(s_types, new SpotPool("g6.xlarge", A, 0.40m), new SpotPool("g6.xlarge", B, 0.42m));
        PoolRecord record = new()
        {
            InstanceType = "g6.xlarge",
            ZoneId = A.Id,
            PriceFactor = 1.1m,
        };
        var plan = OfferPlanner.Plan(s_request, facts with { History = [record] });

        plan.Offers.Select(o => (o.Zone, o.HourlyPrice)).ShouldBe([(B, 0.42m), (A, 0.40m)]);
    }

    [Fact]
    public void A_cooled_pool_is_left_alone_until_its_time()
    {
        var facts = Of(s_types, new SpotPool("g6.xlarge", A, 0.40m));
        PoolRecord record = new()
        {
            InstanceType = "g6.xlarge",
            ZoneId = A.Id,
            CooledUntil = facts.ReadAt.AddMinutes(3),
        };

        var plan = OfferPlanner.Plan(s_request, facts with { History = [record] });
        plan.Offers.ShouldBeEmpty();
        plan.Rejected.ShouldContain(r => r.Zone == A && r.Reason.Contains("left alone until 2026-11-23 12:03:00Z"));

        var later = facts with { History = [record], ReadAt = facts.ReadAt.AddMinutes(3) };
        OfferPlanner.Plan(s_request, later).Offers.ShouldHaveSingleItem();
    }

    [Fact]
    public void A_quota_turns_down_what_is_too_big_for_it_family_by_family_and_market_by_market()
    {
        var facts = Of(
            s_types,
            new SpotPool("g6.xlarge", A, 0.40m),
            new SpotPool("g6.12xlarge", A, 0.70m),
            new SpotPool("p4d.24xlarge", A, 0.71m)
        ) with
        {
            Quotas = new GpuQuotas
            {
                SpotG = 8,
                SpotP = 0,
                OnDemandG = 3,
            },
        };
        var plan = OfferPlanner.Plan(s_request, facts);

        plan.Offers.ShouldHaveSingleItem().InstanceType.Name.ShouldBe("g6.xlarge");
        plan.Rejected.ShouldContain(
            new RejectedOffer("g6.12xlarge", null, "needs 48 vCPUs, the spot quota of its family has 8 left")
        );
        plan.Rejected.ShouldContain(
            new RejectedOffer("p4d.24xlarge", null, "needs 96 vCPUs, the spot quota of its family has 0 left")
        );
        plan.OnDemand.ShouldHaveSingleItem().InstanceType.Name.ShouldBe("p4d.24xlarge");
        plan.RejectedOnDemand.Count.ShouldBe(2);
    }

    [Fact]
    public void Spot_dearer_than_the_cheapest_equivalent_on_demand_is_turned_down()
    {
        // g6.xlarge costs 0.8048 on demand; 90 % of it is 0.72432.
        var facts = Of(
            s_types,
            new SpotPool("g6.xlarge", A, 0.73m),
            new SpotPool("g6.12xlarge", A, 0.73m),
            new SpotPool("g6.12xlarge", B, 0.72m)
        );
        var request = s_request with { MayBuyOnDemand = true };
        var plan = OfferPlanner.Plan(request, facts);

        plan.Offers.ShouldHaveSingleItem().Zone.ShouldBe(B);
        plan.Rejected.ShouldContain(r =>
            r.InstanceType == "g6.12xlarge" && r.Reason.Contains("g6.xlarge costs on demand")
        );
        OfferPlanner.Plan(request with { MaxShareOfOnDemand = 1 }, facts).Offers.Count.ShouldBe(3);
        OfferPlanner.Plan(s_request, facts).Offers.Count.ShouldBe(2);
    }

    [Fact]
    public void Too_many_pools_are_spread_over_types_and_zones_instead_of_taken_from_the_cheapest_type()
    {
        var types = Enumerable.Range(0, 6).Select(t => Type($"t{t}")).ToList();
        var pools =
            from type in Enumerable.Range(0, types.Count)
            from zone in Enumerable.Range(0, 10)
            select new SpotPool($"t{type}", new($"z{zone}", "n"), 0.10m + (0.05m * type) + (0.001m * zone));
        var plan = OfferPlanner.Plan(s_request, Of(types, [.. pools]));

        plan.Offers.Count.ShouldBe(OfferPlanner.MaxOffers);
        plan.Offers.GroupBy(o => o.InstanceType.Name).ShouldAllBe(g => g.Count() >= 6 && g.Count() <= 7);
        plan.Offers.GroupBy(o => o.Zone.Id).ShouldAllBe(g => g.Count() == 4);
        plan.Offers.ShouldBe(plan.Offers.OrderBy(o => o.HourlyPrice));
        plan.Offers[0].HourlyPrice.ShouldBe(0.10m);
        plan.Rejected.Count.ShouldBe(20);
    }

    [Fact]
    public void What_cannot_be_had_on_spot_is_offered_on_demand()
    {
        var facts = Of([Type("g6.xlarge") with { SoldOnSpot = false }], new SpotPool("g6.xlarge", A, null));
        var plan = OfferPlanner.Plan(s_request, facts);

        plan.Offers.ShouldBeEmpty();
        var offer = plan.OnDemand.ShouldHaveSingleItem();
        (offer.Market, offer.HourlyPrice).ShouldBe((InstanceMarket.OnDemand, 0.8048m));
        OfferPlanner.Plan(s_request with { MaxHourlyPrice = 0.8m }, facts).OnDemand.ShouldBeEmpty();
    }
}

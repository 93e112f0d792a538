using HybridLlm.AwsGpu.Fleets;
using HybridLlm.AwsGpu.Interruptions;
using HybridLlm.AwsGpu.Offerings;
using HybridLlm.AwsGpu.Tests.Offerings;

namespace HybridLlm.AwsGpu.Tests.Interruptions;

/// <summary>What a refused launch leaves of the market, by the code it was refused with.</summary>
public sealed class RefusalTests
{
    private static readonly OfferingFacts s_facts = Market.Of(
        [
            Market.Type("g6.xlarge"),
            Market.Type("g6.4xlarge") with
            {
                VCpus = 16,
            },
            Market.Type("p4d.24xlarge", gpus: 8, memoryMiB: 40_960) with
            {
                VCpus = 96,
            },
        ],
        new SpotPool("g6.xlarge", Market.A, 0.30m),
        new SpotPool("g6.xlarge", Market.B, 0.31m),
        new SpotPool("g6.4xlarge", Market.A, 0.50m),
        new SpotPool("p4d.24xlarge", Market.A, 7m)
    );

    private static DateTimeOffset Noon => s_facts.ReadAt;

    [Theory]
    [InlineData("InsufficientInstanceCapacity", 3)]
    [InlineData("SpotMaxPriceTooLow", 3)]
    [InlineData("InvalidFleetConfiguration", 24 * 60)]
    public void A_pools_own_refusal_reaches_that_pool_only(string code, int minutes)
    {
        var history = Refuse(code, "g6.xlarge", Market.A.Id);

        Spot(history, 0).ShouldBe(["g6.xlarge use1-az2", "g6.4xlarge use1-az1", "p4d.24xlarge use1-az1"]);
        Spot(history, minutes - 1).Count.ShouldBe(3);
        Spot(history, minutes).Count.ShouldBe(4);
    }

    [Fact]
    public void What_a_zone_does_not_have_it_has_in_no_market_and_not_for_the_asking()
    {
        var history = Refuse("Unsupported", "g6.xlarge", Market.A.Id);

        Spot(history, 0, evenCooled: true).ShouldNotContain("g6.xlarge use1-az1");
        OnDemand(history, 0).ShouldNotContain("g6.xlarge use1-az1");
    }

    [Fact]
    public void A_pool_cooled_on_spot_is_there_on_demand_and_the_other_way_round()
    {
        var history = Refuse("InsufficientInstanceCapacity", "g6.xlarge", Market.A.Id);
        OnDemand(history, 0).ShouldContain("g6.xlarge use1-az1");

        history = Refuse("InsufficientInstanceCapacity", "g6.xlarge", Market.A.Id, InstanceMarket.OnDemand);
        OnDemand(history, 0).ShouldNotContain("g6.xlarge use1-az1");
        Spot(history, 0).ShouldContain("g6.xlarge use1-az1");
    }

    [Fact]
    public void A_full_subnet_takes_its_zone_away_from_every_type_and_market()
    {
        var history = Refuse("InsufficientFreeAddressesInSubnet", "g6.xlarge", Market.A.Id);

        Spot(history, 0).ShouldBe(["g6.xlarge use1-az2"]);
        OnDemand(history, 0).ShouldBe(["g6.xlarge use1-az2"]);
        Spot(history, 10).Count.ShouldBe(4);
    }

    [Fact]
    public void The_spot_quota_of_a_family_stops_its_spot_everywhere_and_nothing_else()
    {
        var history = Refuse("MaxSpotInstanceCountExceeded", "g6.xlarge", Market.A.Id);

        Spot(history, 0).ShouldBe(["p4d.24xlarge use1-az1"]);
        Spot(history, 0, evenCooled: true).ShouldBe(["p4d.24xlarge use1-az1"]);
        OnDemand(history, 0).Count.ShouldBe(4);
        Spot(history, 10).Count.ShouldBe(4);
    }

    [Fact]
    public void A_vcpu_quota_leaves_smaller_types_of_the_family()
    {
        var history = Refuse("VcpuLimitExceeded", "g6.4xlarge", Market.A.Id, InstanceMarket.OnDemand);

        OnDemand(history, 0)
            .ShouldBe(["g6.xlarge use1-az1", "g6.xlarge use1-az2", "p4d.24xlarge use1-az1"], ignoreOrder: true);
        Spot(history, 0).Count.ShouldBe(4);
    }

    [Fact]
    public void Without_the_service_linked_role_there_is_no_spot_at_all()
    {
        var history = Refuse("AuthFailure.ServiceLinkedRoleCreationNotPermitted", null, null);

        Spot(history, 0).ShouldBeEmpty();
        OnDemand(history, 0).Count.ShouldBe(4);
        Plan(history, 0, false).Rejected.ShouldAllBe(r => r.Reason.Contains("ServiceLinkedRole"));
    }

    [Theory]
    [InlineData("RequestLimitExceeded")]
    [InlineData("UnauthorizedOperation")]
    [InlineData("InvalidParameterValue")]
    [InlineData("MaxFleetCountExceeded")]
    [InlineData("NeverSeenBefore")]
    public void What_says_nothing_of_capacity_never_rotates_pools(string code) =>
        Spot(Refuse(code, "g6.xlarge", Market.A.Id), 0).Count.ShouldBe(4);

    [Fact]
    public void Refused_again_a_rest_is_prolonged_and_not_doubled()
    {
        var history = Refuse("MaxSpotInstanceCountExceeded", "g6.xlarge", Market.A.Id);
        history = history.Refused(
            [Error("MaxSpotInstanceCountExceeded", "g6.xlarge", Market.B.Id)],
            InstanceMarket.Spot,
            Noon.AddMinutes(5)
        );

        history.Rests(Noon.AddMinutes(5)).ShouldHaveSingleItem().Until.ShouldBe(Noon.AddMinutes(15));
        history.Rests(Noon.AddMinutes(15)).ShouldBeEmpty();
    }

    private static PoolHistory Refuse(
        string code,
        string? type,
        string? zone,
        InstanceMarket market = InstanceMarket.Spot
    ) => PoolHistory.Empty.Refused([Error(code, type, zone)], market, Noon);

    private static PoolError Error(string code, string? type, string? zone) =>
        new()
        {
            Code = code,
            InstanceType = type,
            ZoneId = zone,
            Message = "",
        };

    private static OfferPlan Plan(PoolHistory history, int minutes, bool evenCooled) =>
        OfferPlanner.Plan(
            new OfferRequest { GpuMemoryMiB = 16_000, UsefulGpuMemoryMiB = 16_000 },
            history.AddTo(s_facts with { ReadAt = Noon.AddMinutes(minutes) }, evenCooled)
        );

    private static List<string> Spot(PoolHistory history, int minutes, bool evenCooled = false) =>
        [.. Plan(history, minutes, evenCooled).Offers.Select(o => $"{o.InstanceType.Name} {o.Zone.Id}")];

    private static List<string> OnDemand(PoolHistory history, int minutes) =>
        [.. Plan(history, minutes, false).OnDemand.Select(o => $"{o.InstanceType.Name} {o.Zone.Id}")];
}

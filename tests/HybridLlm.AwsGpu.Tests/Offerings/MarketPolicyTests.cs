using HybridLlm.AwsGpu.Offerings;
using static HybridLlm.AwsGpu.Tests.Offerings.Market;

namespace HybridLlm.AwsGpu.Tests.Offerings;

public sealed class MarketPolicyTests
{
    private static readonly DateTimeOffset s_now = new(2026, 11, 23, 12, 0, 0, TimeSpan.Zero);
    private static readonly OfferPlan s_spot = Plan(spotPrice: 0.40m);
    private static readonly OfferPlan s_noSpot = Plan(spotPrice: null);

    [Theory]
    [InlineData(OnDemandFallback.Never, null, null)]
    [InlineData(OnDemandFallback.Never, 60.0, null)]
    [InlineData(OnDemandFallback.AfterWait, null, null)]
    [InlineData(OnDemandFallback.AfterWait, 2.9, null)]
    [InlineData(OnDemandFallback.AfterWait, 3.0, InstanceMarket.OnDemand)]
    [InlineData(OnDemandFallback.AtOnce, null, InstanceMarket.OnDemand)]
    [InlineData(OnDemandFallback.AtOnce, 0.0, InstanceMarket.OnDemand)]
    public void Without_spot_the_policy_says_when_on_demand_is_bought(
        OnDemandFallback fallback,
        double? minutesWithoutSpot,
        InstanceMarket? market
    )
    {
        var decision = new MarketPolicy { Fallback = fallback }.Choose(s_noSpot, s_now, Since(minutesWithoutSpot));

        decision.Market.ShouldBe(market);
        (decision.LookAgainAt is null).ShouldBe(market is not null);
        decision.Offers.Count.ShouldBe(market is null ? 0 : 1);
    }

    [Theory]
    [InlineData(OnDemandFallback.Never, null, InstanceMarket.Spot)]
    [InlineData(OnDemandFallback.AtOnce, null, InstanceMarket.Spot)]
    [InlineData(OnDemandFallback.AtOnce, 0.0, InstanceMarket.OnDemand)]
    [InlineData(OnDemandFallback.AfterWait, 1.0, InstanceMarket.Spot)]
    [InlineData(OnDemandFallback.AfterWait, 3.0, InstanceMarket.OnDemand)]
    public void Spot_offers_are_tried_first_and_given_up_when_they_gave_nothing(
        OnDemandFallback fallback,
        double? minutesWithoutSpot,
        InstanceMarket market
    ) =>
        new MarketPolicy { Fallback = fallback }
            .Choose(s_spot, s_now, Since(minutesWithoutSpot))
            .Market.ShouldBe(market);

    [Fact]
    public void Waiting_ends_when_on_demand_may_be_bought_though_the_next_look_were_later()
    {
        MarketPolicy policy = new() { Fallback = OnDemandFallback.AfterWait };

        policy.Choose(s_noSpot, s_now, s_now.AddMinutes(-2.5)).LookAgainAt.ShouldBe(s_now.AddMinutes(0.5));
        policy.Choose(s_noSpot, s_now, s_now.AddMinutes(-1)).LookAgainAt.ShouldBe(s_now.AddMinutes(1));
    }

    [Theory]
    [InlineData(true, 30.0, 0.40, true)]
    [InlineData(false, 30.0, 0.40, false)] // somebody uses it
    [InlineData(true, 29.0, 0.40, false)] // compared less than half an hour ago
    [InlineData(true, 30.0, 0.72, true)]
    [InlineData(true, 30.0, null, false)]
    public void A_node_bought_on_demand_gives_way_to_spot_when_idle(
        bool idle,
        double minutes,
        double? spotPrice,
        bool returns
    )
    {
        var node = s_noSpot.OnDemand[0];

        new MarketPolicy()
            .ReturnsToSpot(Plan((decimal?)spotPrice), node, s_now, s_now.AddMinutes(-minutes), idle)
            .ShouldBe(returns);
    }

    [Fact]
    public void A_spot_node_never_returns_to_spot() =>
        new MarketPolicy()
            .ReturnsToSpot(s_spot, s_spot.Offers[0], s_now, s_now.AddDays(-1), idle: true)
            .ShouldBeFalse();

    private static DateTimeOffset? Since(double? minutes) => minutes is { } m ? s_now.AddMinutes(-m) : null;

    private static OfferPlan Plan(decimal? spotPrice) =>
        OfferPlanner.Plan(
            new OfferRequest { GpuMemoryMiB = 16_000 },
            Of([Type("g6.xlarge")], new SpotPool("g6.xlarge", A, spotPrice))
        );
}

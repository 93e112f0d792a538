using HybridLlm.AwsGpu.Pricing;

namespace HybridLlm.AwsGpu.Tests.Pricing;

public sealed class OnDemandPricesTests
{
    [Theory]
    [InlineData("us-east-1", "g4dn.xlarge", 0.526)]
    [InlineData("us-east-1", "p3.2xlarge", 3.06)]
    [InlineData("us-east-1", "t4g.nano", 0.0042)]
    [InlineData("eu-central-1", "g4dn.12xlarge", 4.89)]
    public void Embedded_prices_are_those_published(string region, string type, double usd) =>
        OnDemandPrices.Embedded.Find(region, type).ShouldBe(new OnDemandPrice((decimal)usd, IsKnown: true));

    [Fact]
    public void Embedded_prices_say_how_old_they_are() =>
        OnDemandPrices.Embedded.AsOf.ShouldBe(new DateOnly(2026, 7, 20));

    [Fact]
    public void A_price_unknown_in_a_region_is_the_dearest_of_the_others()
    {
        var dearest = OnDemandPrices.Embedded.Find("xx-nowhere-1", "g4dn.12xlarge");

        dearest.IsKnown.ShouldBeFalse();
        dearest.UsdPerHour.ShouldBe(5.281m);
    }

    [Fact]
    public void A_type_unknown_everywhere_costs_as_much_as_the_dearest_type()
    {
        OnDemandPrices.Embedded.Knows("p9.huge").ShouldBeFalse();
        OnDemandPrices.Embedded.Find("us-east-1", "p9.huge").ShouldBe(new OnDemandPrice(142.416m, IsKnown: false));
    }

    [Fact]
    public void A_price_can_be_supplied_without_changing_the_embedded_ones()
    {
        var prices = OnDemandPrices.Embedded.With("eu-west-1", "g4dn.xlarge", 0.587m);

        prices.Find("eu-west-1", "g4dn.xlarge").ShouldBe(new OnDemandPrice(0.587m, IsKnown: true));
        OnDemandPrices.Embedded.Find("eu-west-1", "g4dn.xlarge").IsKnown.ShouldBeFalse();
    }
}

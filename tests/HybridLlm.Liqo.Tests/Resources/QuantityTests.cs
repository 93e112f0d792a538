using System.Globalization;
using FsCheck.Xunit;
using HybridLlm.Liqo.Resources;

namespace HybridLlm.Liqo.Tests.Resources;

public sealed class QuantityTests
{
    [Theory]
    [InlineData("4", 4)]
    [InlineData("3500m", 3.5)]
    [InlineData("1.5Gi", 1610612736)]
    [InlineData("1024Mi", 1073741824)]
    [InlineData("1E", 1e18)]
    [InlineData("1e3", 1000)]
    [InlineData("2E3", 2000)]
    [InlineData("7k", 7000)]
    public void Quantities_amount_to(string text, double amount) => Quantity.Parse(text).ShouldBe((decimal)amount);

    [Theory]
    [InlineData("")]
    [InlineData("Gi")]
    [InlineData("-1")]
    [InlineData("1GiB")]
    [InlineData("1 Gi")]
    [InlineData("1K")]
    [InlineData("four")]
    public void What_is_no_quantity_amounts_to_nothing(string text) => Quantity.Parse(text).ShouldBeNull();

    [Property(Replay = "(1,3)")]
    public bool A_thousand_of_a_unit_are_one_of_the_next(ushort amount) =>
        Quantity.AreEqual(Text(amount * 1000) + "m", Text(amount))
        && Quantity.AreEqual(Text(amount * 1024) + "Ki", Text(amount) + "Mi");

    [Fact]
    public void More_than_wanted_is_not_as_wanted()
    {
        Dictionary<string, string> wanted = new() { ["cpu"] = "4", ["memory"] = "1Gi" };

        Quantity
            .Covers(new Dictionary<string, string> { ["cpu"] = "4000m", ["memory"] = "1024Mi" }, wanted)
            .ShouldBeTrue();
        Quantity.Covers(new Dictionary<string, string> { ["cpu"] = "8", ["memory"] = "1Gi" }, wanted).ShouldBeFalse();
        Quantity.Covers(new Dictionary<string, string> { ["cpu"] = "4" }, wanted).ShouldBeFalse();
        Quantity.Covers(null, wanted).ShouldBeFalse();
    }

    private static string Text(int value) => value.ToString(CultureInfo.InvariantCulture);
}

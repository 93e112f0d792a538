namespace HybridLlm.Liqo.Tests;

public sealed class ClusterIdTests
{
    [Theory]
    [InlineData("a")]
    [InlineData("aws-gpu-1")]
    [InlineData("0123456789012345678901234567890123456789")]
    public void Letters_digits_and_inner_hyphens_make_an_id(string id) => ClusterId.IsValid(id).ShouldBeTrue();

    [Theory]
    [InlineData("")]
    [InlineData("-a")]
    [InlineData("a-")]
    [InlineData("A")]
    [InlineData("a.b")]
    [InlineData("ä")]
    [InlineData("01234567890123456789012345678901234567890")]
    public void Anything_else_does_not(string id) => ClusterId.IsValid(id).ShouldBeFalse();

    [Fact]
    public void Fresh_ids_are_valid_and_differ()
    {
        var ids = Enumerable.Range(0, 100).Select(_ => ClusterId.Fresh("aws-gpu")).ToList();
        ids.ShouldBeUnique();
        ids.ShouldAllBe(id => ClusterId.IsValid(id) && id.StartsWith("aws-gpu-", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("")]
    [InlineData("Aws")]
    [InlineData("a-prefix-of-more-than-thirty-one")]
    public void A_prefix_that_makes_no_id_is_refused(string prefix) =>
        Should.Throw<ArgumentException>(() => ClusterId.Fresh(prefix)).ParamName.ShouldBe("prefix");
}

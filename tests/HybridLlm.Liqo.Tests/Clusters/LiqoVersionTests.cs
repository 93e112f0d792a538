using HybridLlm.Liqo.Clusters;

namespace HybridLlm.Liqo.Tests.Clusters;

public sealed class LiqoVersionTests
{
    [Theory]
    [InlineData("v1.2.0", 1, 2, 0)]
    [InlineData("1.1.2", 1, 1, 2)]
    [InlineData("v1.2.1-rc.1", 1, 2, 1)]
    [InlineData("v1.2.0+build", 1, 2, 0)]
    public void Supported_versions_are_read_and_have_no_objection(string text, int major, int minor, int patch)
    {
        LiqoVersion.Parse(text).ShouldBe(new LiqoVersion(major, minor, patch));
        LiqoVersion.Parse(text)!.Objection.ShouldBeNull();
    }

    [Theory]
    [InlineData("v1.0.3", "gone for good")]
    [InlineData("0.10.3", "another API")]
    [InlineData("2.0.0", "not known")]
    public void Other_versions_are_refused_with_the_reason(string text, string reason) =>
        LiqoVersion.Parse(text)!.Objection.ShouldNotBeNull().ShouldContain(reason);

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("e9f4428d32fd")]
    [InlineData("1.2")]
    [InlineData("v99999.0.0")]
    public void What_is_no_version_is_none(string? text) => LiqoVersion.Parse(text).ShouldBeNull();
}

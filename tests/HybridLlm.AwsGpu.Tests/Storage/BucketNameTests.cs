using HybridLlm.AwsGpu.Storage;

namespace HybridLlm.AwsGpu.Tests.Storage;

public sealed class BucketNameTests
{
    [Theory]
    [InlineData("a")]
    [InlineData("lab")]
    [InlineData("nineteen-letters-ab-cut-here")]
    [InlineData("twelve-twelve-twelve-twelve-1234")]
    public void A_name_is_one_s3_accepts(string cluster)
    {
        var name = BucketName.For(new ResourceOwner { Cluster = cluster, OwnerId = Guid.NewGuid() });

        name.Length.ShouldBeInRange(3, 63);
        name.ShouldMatch("^[a-z0-9][a-z0-9-]*[a-z0-9]$");
        name.ShouldNotContain("--");
    }

    [Fact]
    public void The_same_owner_always_has_the_same_name_and_no_other_has_it()
    {
        var owner = Guid.NewGuid();
        ResourceOwner a = new() { Cluster = "a-name-longer-than-twenty-1", OwnerId = owner };
        ResourceOwner b = new() { Cluster = "a-name-longer-than-twenty-2", OwnerId = owner };
        ResourceOwner c = new() { Cluster = "a-name-longer-than-twenty-1", OwnerId = Guid.NewGuid() };

        BucketName.For(a).ShouldBe(BucketName.For(a with { }));
        new[] { a, b, c }.Select(BucketName.For).ShouldBeUnique();
    }
}

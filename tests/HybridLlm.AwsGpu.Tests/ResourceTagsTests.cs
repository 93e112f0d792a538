namespace HybridLlm.AwsGpu.Tests;

public sealed class ResourceTagsTests
{
    [Fact]
    public void An_instant_is_written_in_utc_to_the_second_and_read_back()
    {
        DateTimeOffset instant = new(2026, 11, 23, 19, 2, 0, 500, TimeSpan.FromHours(1));

        ResourceTags.Format(instant).ShouldBe("2026-11-23T18:02:00Z");
        ResourceTags.Parse("2026-11-23T18:02:00Z").ShouldBe(new DateTimeOffset(2026, 11, 23, 18, 2, 0, TimeSpan.Zero));
    }

    [Theory]
    [InlineData(null)]
    [InlineData("never")]
    [InlineData("2026-11-23")]
    [InlineData("2026-11-23T18:02:00+01:00")]
    public void What_is_no_instant_is_read_as_none(string? value) => ResourceTags.Parse(value).ShouldBeNull();

    [Fact]
    public void Every_key_can_be_served_by_instance_metadata()
    {
        var owner = new ResourceOwner { Cluster = "lab", OwnerId = Guid.NewGuid() };
        var keys = owner.Tags(ResourceComponents.Node, "node", "p", DateTimeOffset.UnixEpoch).Keys;

        foreach (var key in keys.Append(ResourceTags.Intent).Append(ResourceTags.LeaseUntil))
        {
            key.ShouldMatch("^[A-Za-z0-9+=.,_:@-]+$");
        }
    }
}

namespace HybridLlm.AwsGpu.Tests;

public sealed class ResourceOwnerTests
{
    private static readonly ResourceOwner s_owner = new()
    {
        Cluster = "lab",
        OwnerId = Guid.Parse("11111111-2222-3333-4444-555555555555"),
    };

    [Theory]
    [InlineData("lab")]
    [InlineData("a")]
    [InlineData("0-9")]
    [InlineData("abcdefghijklmnopqrstuvwxyz-01234")]
    public void A_name_of_small_letters_digits_and_inner_hyphens_is_taken(string name) =>
        (s_owner with { Cluster = name }).Cluster.ShouldBe(name);

    [Theory]
    [InlineData("")]
    [InlineData("-lab")]
    [InlineData("lab-")]
    [InlineData("Lab")]
    [InlineData("la*b")]
    [InlineData("lab\n")]
    [InlineData("abcdefghijklmnopqrstuvwxyz-012345")]
    public void Another_name_is_refused(string name) =>
        Should.Throw<ArgumentException>(() => s_owner with { Cluster = name });

    [Fact]
    public void Both_tags_are_needed_to_own()
    {
        var tags = s_owner.Tags(ResourceComponents.Network, "vpc", "p");

        s_owner.Owns(tags).ShouldBeTrue();
        (s_owner with { OwnerId = Guid.NewGuid() }).Owns(tags).ShouldBeFalse();
        (s_owner with { Cluster = "lab2" }).Owns(tags).ShouldBeFalse();
        s_owner.Owns(new Dictionary<string, string>()).ShouldBeFalse();
    }

    [Fact]
    public void A_token_follows_from_owner_action_intent_and_attempt_and_from_nothing_else()
    {
        var token = s_owner.ClientToken("fleet", "i1", 1);

        token.Length.ShouldBeLessThanOrEqualTo(64);
        (s_owner with { }).ClientToken("fleet", "i1", 1).ShouldBe(token);
        new[]
        {
            token,
            s_owner.ClientToken("fleet", "i1", 2),
            s_owner.ClientToken("fleet", "i2", 1),
            s_owner.ClientToken("other", "i1", 1),
            (s_owner with { Cluster = "lab2" }).ClientToken("fleet", "i1", 1),
            (s_owner with { OwnerId = Guid.NewGuid() }).ClientToken("fleet", "i1", 1),
        }.ShouldBeUnique();
    }
}

using Amazon.EC2.Model;

namespace HybridLlm.Testing.Tests.Ec2;

public sealed class TagTests : CloudTests
{
    [Fact]
    public async Task Tags_are_found_by_filters_with_wildcards()
    {
        var mine = await VpcAsync(new("owner", "me"), new("Name", "c1-vpc"));
        await VpcAsync(new("owner", "you"), new("Name", "c2-vpc"));
        await VpcAsync();
        (await FindAsync(new Filter("tag:owner", ["me"]))).ShouldBe([mine]);
        (await FindAsync(new Filter("tag:Name", ["c?-vpc"]))).Count.ShouldBe(2);
        (await FindAsync(new Filter("tag-key", ["owner"]))).Count.ShouldBe(2);
        (await FindAsync(new("tag:owner", ["me"]), new("tag:Name", ["c2*"]))).ShouldBeEmpty();
        (await FindAsync(new Filter("tag:owner", ["me", "you"]))).Count.ShouldBe(2);
    }

    [Fact]
    public async Task Describe_tags_gives_only_what_was_asked_for()
    {
        var mine = await VpcAsync(new("owner", "me"), new("Name", "a"));
        await VpcAsync(new Tag("owner", "you"));
        var byTag = await Ec2.DescribeTagsAsync(new() { Filters = [new("tag:owner", ["me"])] }, Ct);
        byTag.Tags.Select(t => (t.ResourceId, t.Key, t.Value)).ShouldBe([(mine, "owner", "me")]);
        byTag.Tags.Single().ResourceType.Value.ShouldBe("vpc");
        var byKey = await Ec2.DescribeTagsAsync(
            new() { Filters = [new("key", ["owner"]), new("resource-type", ["vpc"])] },
            Ct
        );
        byKey.Tags.Count.ShouldBe(2);
        await Ec2.AllocateAddressAsync(
            new() { TagSpecifications = [new() { ResourceType = "elastic-ip", Tags = [new("x", "y")] }] },
            Ct
        );
        var address = await Ec2.DescribeTagsAsync(new() { Filters = [new("key", ["x"])] }, Ct);
        address.Tags.Single().ResourceType.Value.ShouldBe("elastic-ip");
    }

    [Fact]
    public async Task Tags_are_changed_and_deleted_by_key_and_value()
    {
        var vpc = await VpcAsync(new("a", "1"), new("b", "2"), new("c", "3"));
        await Ec2.CreateTagsAsync(new() { Resources = [vpc], Tags = [new("a", "9")] }, Ct);
        await Ec2.DeleteTagsAsync(new() { Resources = [vpc], Tags = [new() { Key = "b" }, new("c", "other")] }, Ct);
        var tags = (await Ec2.DescribeVpcsAsync(new(), Ct)).Vpcs.Single().Tags;
        tags.Select(t => $"{t.Key}={t.Value}").ShouldBe(["a=9", "c=3"]);
    }

    [Fact]
    public async Task Reserved_long_and_too_many_tags_are_refused()
    {
        (await CodeOf(VpcAsync(new Tag("aws:mine", "x")))).ShouldBe("InvalidParameterValue");
        (await CodeOf(VpcAsync(new Tag(new string('k', 129), "x")))).ShouldBe("InvalidParameterValue");
        (await CodeOf(VpcAsync(new Tag("k", new string('v', 257))))).ShouldBe("InvalidParameterValue");
        var many = Enumerable.Range(0, 51).Select(i => new Tag($"k{i}", "v")).ToArray();
        (await CodeOf(VpcAsync(many))).ShouldBe("TagLimitExceeded");
        Cloud.Snapshot().ShouldBeEmpty();
        var wrongType = Ec2.CreateVpcAsync(
            new()
            {
                CidrBlock = "10.20.0.0/16",
                TagSpecifications = [new() { ResourceType = "subnet", Tags = [new("a", "b")] }],
            },
            Ct
        );
        (await CodeOf(wrongType)).ShouldBe("InvalidParameterValue");
    }

    private async Task<List<string>> FindAsync(params List<Filter> filters) =>
        [.. ((await Ec2.DescribeVpcsAsync(new() { Filters = filters }, Ct)).Vpcs ?? []).Select(v => v.VpcId)];

    private async Task<string> VpcAsync(params Tag[] tags)
    {
        var vpc = await Ec2.CreateVpcAsync(
            new()
            {
                CidrBlock = "10.20.0.0/16",
                TagSpecifications = tags.Length == 0 ? null : [new() { ResourceType = "vpc", Tags = [.. tags] }],
            },
            Ct
        );
        return vpc.Vpc.VpcId;
    }
}

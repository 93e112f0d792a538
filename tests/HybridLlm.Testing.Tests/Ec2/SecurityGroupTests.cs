using Amazon.EC2;
using Amazon.EC2.Model;

namespace HybridLlm.Testing.Tests.Ec2;

public sealed class SecurityGroupTests : CloudTests
{
    [Fact]
    public async Task A_new_group_lets_everything_out_until_that_is_revoked()
    {
        var id = await GroupAsync("gpu");
        var rule = (await RulesAsync(id)).Single();
        (rule.IsEgress, rule.IpProtocol, rule.CidrIpv4).ShouldBe((true, "-1", "0.0.0.0/0"));
        IpPermission everything = new() { IpProtocol = "-1", Ipv4Ranges = [new() { CidrIp = "0.0.0.0/0" }] };
        await Ec2.RevokeSecurityGroupEgressAsync(new() { GroupId = id, IpPermissions = [everything] }, Ct);
        (await RulesAsync(id)).ShouldBeEmpty();
        var again = Ec2.RevokeSecurityGroupEgressAsync(new() { GroupId = id, IpPermissions = [everything] }, Ct);
        (await CodeOf(again)).ShouldBe("InvalidPermission.NotFound");
    }

    [Fact]
    public async Task Rules_are_shown_one_by_one_and_together()
    {
        var id = await GroupAsync("gpu");
        var added = await Ec2.AuthorizeSecurityGroupIngressAsync(
            new()
            {
                GroupId = id,
                IpPermissions =
                [
                    new()
                    {
                        IpProtocol = "udp",
                        FromPort = 4242,
                        ToPort = 4242,
                        Ipv4Ranges = [new() { CidrIp = "0.0.0.0/0", Description = "Nebula" }],
                        Ipv6Ranges = [new() { CidrIpv6 = "::/0" }],
                        UserIdGroupPairs = [new() { GroupId = id }],
                    },
                ],
                TagSpecifications = [new() { ResourceType = ResourceType.SecurityGroupRule, Tags = [new("a", "b")] }],
            },
            Ct
        );
        added.SecurityGroupRules.Count.ShouldBe(3);
        var rules = (await RulesAsync(id)).Where(r => r.IsEgress == false).ToList();
        rules
            .Select(r => r.CidrIpv4 ?? r.CidrIpv6 ?? r.ReferencedGroupInfo.GroupId)
            .ShouldBe(["0.0.0.0/0", "::/0", id]);
        rules.ShouldAllBe(r => r.FromPort == 4242 && r.Tags.Single().Key == "a");
        var group = (await Ec2.DescribeSecurityGroupsAsync(new() { GroupIds = [id] }, Ct)).SecurityGroups.Single();
        var permission = group.IpPermissions.Single();
        permission.Ipv4Ranges.Single().Description.ShouldBe("Nebula");
        permission.Ipv6Ranges.Single().CidrIpv6.ShouldBe("::/0");
        permission.UserIdGroupPairs.Single().GroupId.ShouldBe(id);
        await Ec2.RevokeSecurityGroupIngressAsync(
            new() { GroupId = id, SecurityGroupRuleIds = [rules[0].SecurityGroupRuleId] },
            Ct
        );
        (await RulesAsync(id)).Count.ShouldBe(3);
    }

    [Fact]
    public async Task The_same_rule_twice_is_a_duplicate_and_nothing_of_the_call_is_done()
    {
        var id = await GroupAsync("gpu");
        await Ec2.AuthorizeSecurityGroupIngressAsync(new() { GroupId = id, IpPermissions = [Udp(4242)] }, Ct);
        var call = Ec2.AuthorizeSecurityGroupIngressAsync(
            new() { GroupId = id, IpPermissions = [Udp(4243), Udp(4242)] },
            Ct
        );
        (await CodeOf(call)).ShouldBe("InvalidPermission.Duplicate");
        (await RulesAsync(id)).Count.ShouldBe(2);
    }

    [Fact]
    public async Task Names_and_descriptions_have_a_narrow_alphabet()
    {
        var vpc = await VpcAsync();
        (await CodeOf(CreateAsync(vpc, "gpu", "HybridLlm's nodes"))).ShouldBe("InvalidParameterValue");
        (await CodeOf(CreateAsync(vpc, "sg-gpu", "nodes"))).ShouldBe("InvalidParameterValue");
        await CreateAsync(vpc, "gpu", "nodes");
        (await CodeOf(CreateAsync(vpc, "gpu", "others"))).ShouldBe("InvalidGroup.Duplicate");
        var noVpc = Ec2.CreateSecurityGroupAsync(new() { GroupName = "a", Description = "b" }, Ct);
        (await CodeOf(noVpc)).ShouldBe("VPCIdNotSpecified");
    }

    [Fact]
    public async Task A_group_that_another_group_names_cannot_be_deleted()
    {
        var vpc = await VpcAsync();
        var a = (await CreateAsync(vpc, "a", "a")).GroupId;
        var b = (await CreateAsync(vpc, "b", "b")).GroupId;
        IpPermission fromA = new()
        {
            IpProtocol = "tcp",
            FromPort = 1,
            ToPort = 2,
            UserIdGroupPairs = [new() { GroupId = a }],
        };
        await Ec2.AuthorizeSecurityGroupIngressAsync(new() { GroupId = b, IpPermissions = [fromA] }, Ct);
        var blocked = Ec2.DeleteSecurityGroupAsync(new DeleteSecurityGroupRequest { GroupId = a }, Ct);
        (await CodeOf(blocked)).ShouldBe("DependencyViolation");
        await Ec2.DeleteSecurityGroupAsync(new DeleteSecurityGroupRequest { GroupId = b }, Ct);
        await Ec2.DeleteSecurityGroupAsync(new DeleteSecurityGroupRequest { GroupId = a }, Ct);
    }

    [Fact]
    public async Task A_group_on_an_interface_cannot_be_deleted()
    {
        var network = await MakeNetworkAsync();
        var group = (await CreateAsync(network.VpcId, "gpu", "nodes")).GroupId;
        var instance = await RunAsync(r =>
        {
            r.SubnetId = network.Subnets["us-east-2a"];
            r.SecurityGroupIds = [group];
        });
        instance.SecurityGroups.Single().GroupName.ShouldBe("gpu");
        var blocked = Ec2.DeleteSecurityGroupAsync(new DeleteSecurityGroupRequest { GroupId = group }, Ct);
        (await CodeOf(blocked)).ShouldBe("DependencyViolation");
        await Ec2.TerminateInstancesAsync(new() { InstanceIds = [instance.InstanceId] }, Ct);
        Clock.Advance(TimeSpan.FromSeconds(30));
        await Ec2.DeleteSecurityGroupAsync(new DeleteSecurityGroupRequest { GroupId = group }, Ct);
    }

    private static IpPermission Udp(int port) =>
        new()
        {
            IpProtocol = "udp",
            FromPort = port,
            ToPort = port,
            Ipv4Ranges = [new() { CidrIp = "0.0.0.0/0" }],
        };

    private async Task<string> VpcAsync() =>
        (await Ec2.CreateVpcAsync(new CreateVpcRequest { CidrBlock = "10.20.0.0/16" }, Ct)).Vpc.VpcId;

    private Task<CreateSecurityGroupResponse> CreateAsync(string vpc, string name, string description) =>
        Ec2.CreateSecurityGroupAsync(
            new()
            {
                GroupName = name,
                Description = description,
                VpcId = vpc,
            },
            Ct
        );

    private async Task<string> GroupAsync(string name) => (await CreateAsync(await VpcAsync(), name, name)).GroupId;

    private async Task<List<SecurityGroupRule>> RulesAsync(string group) =>
        (
            await Ec2.DescribeSecurityGroupRulesAsync(new() { Filters = [new("group-id", [group])] }, Ct)
        ).SecurityGroupRules
        ?? [];
}

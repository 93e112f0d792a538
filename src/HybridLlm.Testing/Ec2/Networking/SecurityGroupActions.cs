using System.Text.RegularExpressions;
using System.Xml.Linq;
using HybridLlm.Testing.Ec2.Protocol;
using HybridLlm.Testing.Ec2.Tagging;
using static HybridLlm.Testing.Ec2.Protocol.Ec2Xml;

namespace HybridLlm.Testing.Ec2.Networking;

/// <summary>Security groups, without their rules.</summary>
internal static partial class SecurityGroupActions
{
    private static readonly FilterTable<SecurityGroup> s_filters = new(g => g.Tags)
    {
        { "group-id", g => g.Id },
        { "group-name", g => g.Name },
        { "vpc-id", g => g.Vpc.Id },
        { "description", g => g.Description },
    };

    public static object?[] Create(Ec2Call call)
    {
        var request = call.Request;
        var name = request.Required("GroupName");
        var description = request.Required("GroupDescription");
        var vpcId =
            request.Text("VpcId") ?? throw new ServiceError("VPCIdNotSpecified", "No default VPC for this user");
        var tags = TagSpecifications.Read(request, SecurityGroup.Kind.Type);
        CheckText("group name", name);
        CheckText("security group description", description);
        if (name.StartsWith("sg-", StringComparison.OrdinalIgnoreCase))
        {
            throw new ServiceError("InvalidParameterValue", "Group names may not be in the format sg-*.");
        }

        return call.Perform(() =>
        {
            var vpc = call.Region.Get<Vpc>(vpcId);
            if (call.Region.All<SecurityGroup>().Any(g => g.Vpc == vpc && g.Name == name))
            {
                throw new ServiceError(
                    "InvalidGroup.Duplicate",
                    $"The security group '{name}' already exists for VPC '{vpcId}'"
                );
            }

            var group = Create(call.Region, vpc, name, description, call.Now, tags.For(SecurityGroup.Kind.Type));
            return
            [
                Leaf("return", true),
                Leaf("groupId", group.Id),
                Leaf("securityGroupArn", Arn(call.Region, group)),
                TagActions.TagSet(group),
            ];
        });
    }

    /// <summary>Makes a group with the rule every new group has: everything may go out.</summary>
    public static SecurityGroup Create(
        RegionState region,
        Vpc vpc,
        string name,
        string description,
        DateTimeOffset now,
        IReadOnlyDictionary<string, string>? tags = null
    )
    {
        SecurityGroup group = new(region.NewId<SecurityGroup>(), now, vpc, name, description);
        region.Add(group, tags);
        string[] everywhere = vpc.Ipv6 is null
            ? [Ipv4Block.Everything.ToString()]
            : [Ipv4Block.Everything.ToString(), "::/0"];
        foreach (var peer in everywhere)
        {
            Permission everything = new("-1", null, null, peer);
            region.Add(
                new SecurityGroupRule(region.NewId<SecurityGroupRule>(), now, group, egress: true, everything, null)
            );
        }

        return group;
    }

    public static object?[] Describe(Ec2Call call)
    {
        call.Request.Only("GroupName", "");
        return call.Describe("GroupId", "securityGroupInfo", s_filters, g => Render(call.Region, g), limit: 1000);
    }

    public static object?[] Delete(Ec2Call call)
    {
        var id = call.Request.Required("GroupId");
        return call.Perform(() =>
        {
            var region = call.Region;
            var group = region.Get<SecurityGroup>(id);
            if (group.IsDefault)
            {
                throw new ServiceError(
                    "CannotDelete",
                    $"the specified group: \"{id}\" name: \"{group.Name}\" cannot be deleted by a user"
                );
            }

            var inUse =
                region.All<NetworkInterface>().Any(i => i.Groups.Contains(group))
                || region.All<SecurityGroupRule>().Any(r => r.Group != group && r.Permission.Peer == id);
            if (inUse)
            {
                throw ServiceError.Dependency($"resource {id} has a dependent object");
            }

            Remove(region, group);
            return [Leaf("return", true), Leaf("groupId", id)];
        });
    }

    /// <summary>Removes a group with its rules.</summary>
    public static void Remove(RegionState region, SecurityGroup group)
    {
        foreach (var rule in group.Rules(region).ToList())
        {
            region.Remove(rule);
        }

        region.Remove(group);
    }

    /// <summary>EC2 accepts a narrow alphabet in names and descriptions.</summary>
    public static void CheckText(string what, string text)
    {
        if (!Alphabet().IsMatch(text))
        {
            throw new ServiceError(
                "InvalidParameterValue",
                $"Invalid {what}. Valid characters are strings less than 256 characters from the following set: "
                    + "a-zA-Z0-9. _-:/()#,@[]+=&;{}!$*"
            );
        }
    }

    private static string Arn(RegionState region, SecurityGroup group) =>
        $"arn:aws:ec2:{region.Name}:{region.Cloud.Options.AccountId}:security-group/{group.Id}";

    private static object?[] Render(RegionState region, SecurityGroup group) =>
        [
            Leaf("groupId", group.Id),
            Leaf("groupName", group.Name),
            Leaf("groupDescription", group.Description),
            Leaf("ownerId", region.Cloud.Options.AccountId),
            Leaf("vpcId", group.Vpc.Id),
            Leaf("securityGroupArn", Arn(region, group)),
            RenderPermissions(region, "ipPermissions", group, egress: false),
            RenderPermissions(region, "ipPermissionsEgress", group, egress: true),
            TagActions.TagSet(group),
        ];

    private static XElement RenderPermissions(RegionState region, string name, SecurityGroup group, bool egress) =>
        Set(
            name,
            group
                .Rules(region)
                .Where(r => r.IsEgress == egress)
                .GroupBy(r => (r.Permission.Protocol, r.Permission.FromPort, r.Permission.ToPort)),
            rules =>
                [
                    Leaf("ipProtocol", rules.Key.Protocol),
                    Leaf("fromPort", rules.Key.FromPort),
                    Leaf("toPort", rules.Key.ToPort),
                    Set("groups", rules.Where(r => Peers.IsGroup(r.Permission.Peer)), r => RenderGroup(region, r)),
                    Set("ipRanges", rules.Where(r => Peers.IsIpv4(r.Permission.Peer)), r => RenderPeer("cidrIp", r)),
                    Set(
                        "ipv6Ranges",
                        rules.Where(r => Peers.IsIpv6(r.Permission.Peer)),
                        r => RenderPeer("cidrIpv6", r)
                    ),
                    Set(
                        "prefixListIds",
                        rules.Where(r => Peers.IsPrefixList(r.Permission.Peer)),
                        r => RenderPeer("prefixListId", r)
                    ),
                ]
        );

    private static object?[] RenderGroup(RegionState region, SecurityGroupRule rule) =>
        [.. RenderPeer("groupId", rule), Leaf("userId", region.Cloud.Options.AccountId)];

    private static object?[] RenderPeer(string name, SecurityGroupRule rule) =>
        [Leaf(name, rule.Permission.Peer), Leaf("description", rule.Description)];

    [GeneratedRegex(@"^[a-zA-Z0-9. _\-:/()#,@\[\]+=&;{}!$*]{0,255}$")]
    private static partial Regex Alphabet();
}

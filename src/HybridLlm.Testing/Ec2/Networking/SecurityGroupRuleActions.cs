using HybridLlm.Testing.Ec2.Protocol;
using HybridLlm.Testing.Ec2.Tagging;
using static HybridLlm.Testing.Ec2.Protocol.Ec2Xml;

namespace HybridLlm.Testing.Ec2.Networking;

/// <summary>Rules of security groups.</summary>
internal static class SecurityGroupRuleActions
{
    private static readonly FilterTable<SecurityGroupRule> s_filters = new(r => r.Tags)
    {
        { "group-id", r => r.Group.Id },
        { "security-group-rule-id", r => r.Id },
    };

    public static object?[] AuthorizeIngress(Ec2Call call) => Authorize(call, egress: false);

    public static object?[] AuthorizeEgress(Ec2Call call) => Authorize(call, egress: true);

    public static object?[] RevokeIngress(Ec2Call call) => Revoke(call, egress: false);

    public static object?[] RevokeEgress(Ec2Call call) => Revoke(call, egress: true);

    public static object?[] Describe(Ec2Call call) =>
        call.Describe(
            "SecurityGroupRuleId",
            "securityGroupRuleSet",
            s_filters,
            r => Render(call.Region, r),
            limit: 1000
        );

    private static object?[] Authorize(Ec2Call call, bool egress)
    {
        var groupId = call.Request.Required("GroupId");
        var wanted = ReadPermissions(call.Request);
        var tags = TagSpecifications.Read(call.Request, SecurityGroupRule.Kind.Type);
        if (wanted.Count == 0)
        {
            throw ServiceError.Missing("ipPermissions");
        }

        return call.Perform(() =>
        {
            var region = call.Region;
            var group = region.Get<SecurityGroup>(groupId);
            foreach (var (permission, _) in wanted)
            {
                if (Peers.IsGroup(permission.Peer))
                {
                    region.Get<SecurityGroup>(permission.Peer);
                }

                if (group.Rules(region).Any(r => r.IsEgress == egress && r.Permission == permission))
                {
                    throw new ServiceError(
                        "InvalidPermission.Duplicate",
                        $"the specified rule \"{permission}\" already exists"
                    );
                }
            }

            var added = wanted
                .Select(w => new SecurityGroupRule(
                    region.NewId<SecurityGroupRule>(),
                    call.Now,
                    group,
                    egress,
                    w.Permission,
                    w.Description
                ))
                .Select(r => region.Add(r, tags.For(SecurityGroupRule.Kind.Type)))
                .ToList();
            return [Leaf("return", true), Set("securityGroupRuleSet", added, r => Render(region, r))];
        });
    }

    private static object?[] Revoke(Ec2Call call, bool egress)
    {
        var groupId = call.Request.Required("GroupId");
        var ids = call.Request.List("SecurityGroupRuleId");
        var named = ReadPermissions(call.Request);
        return call.Perform(() =>
        {
            var region = call.Region;
            var group = region.Get<SecurityGroup>(groupId);
            var rules = group.Rules(region).Where(r => r.IsEgress == egress).ToList();
            var unknownId = ids.FirstOrDefault(id => rules.TrueForAll(r => r.Id != id));
            if (unknownId is not null)
            {
                throw new ServiceError(
                    SecurityGroupRule.Kind.NotFoundCode,
                    $"The security group rule ID '{unknownId}' does not exist"
                );
            }

            if (named.Any(n => rules.TrueForAll(r => r.Permission != n.Permission)))
            {
                throw new ServiceError(
                    "InvalidPermission.NotFound",
                    "The specified rule does not exist in this security group."
                );
            }

            foreach (var rule in rules.Where(r => ids.Contains(r.Id) || named.Any(n => n.Permission == r.Permission)))
            {
                region.Remove(rule);
            }

            return [Leaf("return", true)];
        });
    }

    private static List<(Permission Permission, string? Description)> ReadPermissions(QueryRequest request) =>
        [.. request.Structures("IpPermissions").SelectMany(ReadPermission)];

    private static IEnumerable<(Permission Permission, string? Description)> ReadPermission(QueryRequest permission)
    {
        var protocol = ReadProtocol(permission.Required("IpProtocol"));
        var (from, to) = (permission.Integer("FromPort"), permission.Integer("ToPort"));
        if (protocol == "-1")
        {
            (from, to) = (null, null);
        }
        else if (from is null || to is null)
        {
            throw new ServiceError(
                "InvalidParameterValue",
                $"Invalid value 'Must specify both from and to ports with {protocol}' for portRange."
            );
        }
        else if (protocol is "tcp" or "udp" && (from is < 0 or > 65535 || to < from || to > 65535))
        {
            throw new ServiceError("InvalidParameterValue", $"Invalid TCP/UDP port range ({from}:{to})");
        }

        var peers = new (string List, string Member, Func<string, string> Read)[]
        {
            ("IpRanges", "CidrIp", Peers.ReadIpv4),
            ("Ipv6Ranges", "CidrIpv6", Peers.ReadIpv6),
            ("PrefixListIds", "PrefixListId", id => id),
            ("Groups", "GroupId", id => id),
        };
        foreach (var (list, member, read) in peers)
        {
            foreach (var peer in permission.Structures(list))
            {
                // The owner of a referenced group is this account, the only one there is.
                peer.Text("UserId");
                var description = peer.Text("Description");
                SecurityGroupActions.CheckText("rule description", description ?? "");
                yield return (new Permission(protocol, from, to, read(peer.Required(member))), description);
            }
        }
    }

    private static string ReadProtocol(string text) =>
        text.ToLowerInvariant() switch
        {
            "6" => "tcp",
            "17" => "udp",
            "1" => "icmp",
            "all" => "-1",
            "tcp" or "udp" or "icmp" or "icmpv6" or "-1" => text.ToLowerInvariant(),
            _ => throw ServiceError.Invalid("ipProtocol", text, "is invalid. Unsupported IP protocol."),
        };

    private static object?[] Render(RegionState region, SecurityGroupRule rule)
    {
        var peer = rule.Permission.Peer;
        return
        [
            Leaf("securityGroupRuleId", rule.Id),
            Leaf("groupId", rule.Group.Id),
            Leaf("groupOwnerId", region.Cloud.Options.AccountId),
            Leaf("isEgress", rule.IsEgress),
            Leaf("ipProtocol", rule.Permission.Protocol),
            Leaf("fromPort", rule.Permission.FromPort ?? -1),
            Leaf("toPort", rule.Permission.ToPort ?? -1),
            Peers.IsIpv4(peer) ? Leaf("cidrIpv4", peer) : null,
            Peers.IsIpv6(peer) ? Leaf("cidrIpv6", peer) : null,
            Peers.IsPrefixList(peer) ? Leaf("prefixListId", peer) : null,
            Peers.IsGroup(peer)
                ? Node("referencedGroupInfo", Leaf("groupId", peer), Leaf("userId", region.Cloud.Options.AccountId))
                : null,
            Leaf("description", rule.Description),
            TagActions.TagSet(rule),
        ];
    }
}

using Amazon.EC2.Model;

namespace HybridLlm.AwsGpu.Networking;

/// <summary>Security group rules between the SDK's form (ranges grouped by protocol and ports) and ours (one peer each).</summary>
internal static class FirewallRuleMap
{
    public static IpPermission ToSdk(FirewallRule rule)
    {
        IpPermission permission = new()
        {
            IpProtocol = rule.Protocol,
            FromPort = rule.FromPort,
            ToPort = rule.ToPort,
        };
        if (rule.Peer.StartsWith("sg-", StringComparison.Ordinal))
        {
            permission.UserIdGroupPairs = [new UserIdGroupPair { GroupId = rule.Peer }];
        }
        else if (rule.Peer.StartsWith("pl-", StringComparison.Ordinal))
        {
            permission.PrefixListIds = [new PrefixListId { Id = rule.Peer }];
        }
        else if (rule.Peer.Contains(':', StringComparison.Ordinal))
        {
            permission.Ipv6Ranges = [new Ipv6Range { CidrIpv6 = rule.Peer }];
        }
        else
        {
            permission.Ipv4Ranges = [new IpRange { CidrIp = rule.Peer }];
        }

        return permission;
    }

    public static IReadOnlyList<FirewallRule> FromSdk(SecurityGroup group) =>
        [
            .. (group.IpPermissions ?? []).SelectMany(p => FromSdk(TrafficDirection.Inbound, p)),
            .. (group.IpPermissionsEgress ?? []).SelectMany(p => FromSdk(TrafficDirection.Outbound, p)),
        ];

    private static IEnumerable<FirewallRule> FromSdk(TrafficDirection direction, IpPermission permission)
    {
        IEnumerable<string> peers =
        [
            .. (permission.Ipv4Ranges ?? []).Select(r => r.CidrIp),
            .. (permission.Ipv6Ranges ?? []).Select(r => r.CidrIpv6),
            .. (permission.UserIdGroupPairs ?? []).Select(g => g.GroupId),
            .. (permission.PrefixListIds ?? []).Select(l => l.Id),
        ];

        // "Every protocol" has no ports, and some answers say -1 for that.
        var hasPorts = permission.IpProtocol != "-1";
        return peers.Select(peer => new FirewallRule
        {
            Direction = direction,
            Protocol = permission.IpProtocol,
            FromPort = hasPorts ? permission.FromPort : null,
            ToPort = hasPorts ? permission.ToPort : null,
            Peer = peer,
        });
    }
}

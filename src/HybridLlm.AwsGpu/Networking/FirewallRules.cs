namespace HybridLlm.AwsGpu.Networking;

/// <summary>What the cluster's security groups allow, and nothing else.</summary>
internal static class FirewallRules
{
    /// <summary>
    /// Mesh packets go to any UDP port, because the home router's NAT gives its peers ports of its own choosing; HTTPS
    /// reaches S3. Name service and time come from link-local addresses, which security groups do not filter.
    /// </summary>
    private static readonly FirewallRule[] s_outbound =
    [
        Rule(TrafficDirection.Outbound, "udp", 0, 65535),
        Rule(TrafficDirection.Outbound, "tcp", 443, 443),
    ];

    /// <summary>What EC2 puts into every new security group; none of ours keeps it.</summary>
    public static FirewallRule NewGroupDefault { get; } =
        new()
        {
            Direction = TrafficDirection.Outbound,
            Protocol = "-1",
            Peer = FirewallRule.Anywhere,
        };

    /// <summary>What it puts there besides in a VPC with IPv6.</summary>
    public static FirewallRule NewGroupDefault6 { get; } = NewGroupDefault with { Peer = FirewallRule.Anywhere6 };

    /// <summary>The rules of a component's security group.</summary>
    public static IReadOnlyList<FirewallRule> For(string component, NetworkSpec spec)
    {
        var acceptsMesh = component == ResourceComponents.Lighthouse || spec.NodesAcceptMesh;
        FirewallRule[] rules = acceptsMesh
            ? [Rule(TrafficDirection.Inbound, "udp", spec.MeshPort, spec.MeshPort), .. s_outbound]
            : s_outbound;
        return spec.Ipv6 ? [.. rules, .. rules.Select(r => r with { Peer = FirewallRule.Anywhere6 })] : rules;
    }

    private static FirewallRule Rule(TrafficDirection direction, string protocol, int from, int to) =>
        new()
        {
            Direction = direction,
            Protocol = protocol,
            FromPort = from,
            ToPort = to,
            Peer = FirewallRule.Anywhere,
        };
}

using HybridLlm.Nebula.Certificates;
using HybridLlm.Nebula.Firewall;

namespace HybridLlm.Nebula.Configuration.Rules;

/// <summary>Rules of <c>firewall</c> that need no certificate.</summary>
internal static class FirewallRules
{
    public static void Check(FirewallConfig firewall, ConfigFindings findings)
    {
        Table("firewall.outbound", firewall.Outbound, findings);
        Table("firewall.inbound", firewall.Inbound, findings);
        Conntrack(firewall.Conntrack, findings);
    }

    private static void Conntrack(ConntrackConfig conntrack, ConfigFindings findings)
    {
        (string Key, TimeSpan? Value)[] timeouts =
        [
            ("tcp_timeout", conntrack.TcpTimeout),
            ("udp_timeout", conntrack.UdpTimeout),
            ("default_timeout", conntrack.DefaultTimeout),
        ];
        foreach (var (key, value) in timeouts.Where(t => t.Value < TimeSpan.FromMilliseconds(1)))
        {
            findings.Error(
                $"firewall.conntrack.{key}",
                "config-conntrack",
                $"{value} is too short for nebula's timers; it does not start.",
                "Give a millisecond or more; the defaults are minutes."
            );
        }
    }

    private static void Table(string path, IReadOnlyList<FirewallRule> rules, ConfigFindings findings)
    {
        if (rules.Count == 0)
        {
            findings.Warn(
                path,
                "config-firewall-empty",
                $"{path} is empty, so everything is denied, pings too.",
                "Add rules, or leave it if that is meant."
            );
        }

        for (var i = 0; i < rules.Count; i++)
        {
            Rule($"{path}[{i}]", rules[i], findings);
        }
    }

    private static void Rule(string path, FirewallRule rule, ConfigFindings findings)
    {
        if (!rule.HasSelector)
        {
            findings.Error(
                path,
                "config-rule-selector",
                "The rule names no peer; nebula does not start.",
                "Add host, group, groups, cidr, local_cidr, ca_name or ca_sha; host: any means every member."
            );
        }

        if (rule.CaFingerprint is { } ca && !CertificateBlocklist.IsEffective(ca))
        {
            findings.Error(
                $"{path}.ca_sha",
                "config-rule-ca",
                $"'{ca}' is no fingerprint in lower case and matches no authority.",
                "Give 64 hexadecimal digits, as nebula-cert print shows them."
            );
        }

        if (rule.Protocol == FirewallProtocol.Icmp && !rule.Ports.IsAny)
        {
            findings.Warn(path, "config-rule-icmp-port", "ICMP has no ports; nebula ignores them.", "Write port: any.");
        }

        var everyone =
            rule.Host == "any" ? "host: any"
            : rule.Groups.Contains("any") ? "group any"
            : rule.Cidr is { IsAny: true } ? "cidr: any"
            : null;
        var selectors = (rule.Host is null ? 0 : 1) + rule.Groups.Count + (rule.Cidr is null ? 0 : 1);
        if (everyone is not null && selectors > 1)
        {
            findings.Error(
                path,
                "config-rule-any",
                $"The rule says {everyone} beside a narrower selector, which nebula then ignores: everyone matches.",
                $"Remove {everyone}, or the narrower selector."
            );
        }
    }
}

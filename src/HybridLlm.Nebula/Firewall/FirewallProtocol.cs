namespace HybridLlm.Nebula.Firewall;

/// <summary>Protocol of a rule or a packet.</summary>
public enum FirewallProtocol
{
    /// <summary>Any; only in rules, and of packets those that are none of the others.</summary>
    Any,

    /// <summary>TCP.</summary>
    Tcp,

    /// <summary>UDP.</summary>
    Udp,

    /// <summary>ICMP and ICMPv6; ports do not matter.</summary>
    Icmp,
}

using HybridLlm.Nebula.Configuration.Yaml;
using static HybridLlm.Nebula.Configuration.ConfigChangeEffect;

namespace HybridLlm.Nebula.Firewall;

/// <summary>What happens to a packet no rule allows.</summary>
public enum FirewallAction
{
    /// <summary>It vanishes; nebula's default.</summary>
    Drop,

    /// <summary>Its sender is told.</summary>
    Reject,
}

/// <summary><c>firewall</c>: every packet needs a rule, on the sending node and on the receiving one.</summary>
public sealed record FirewallConfig
{
    /// <summary>What this node may send. Empty allows nothing.</summary>
    public IReadOnlyList<FirewallRule> Outbound { get; init; } = [];

    /// <summary>What this node may be sent. Empty allows nothing.</summary>
    public IReadOnlyList<FirewallRule> Inbound { get; init; } = [];

    /// <summary>What happens to other outgoing packets; null for drop. Before 1.11 swapped with the inbound action.</summary>
    public FirewallAction? OutboundAction { get; init; }

    /// <summary>What happens to other incoming packets; null for drop. Before 1.11 swapped with the outbound action.</summary>
    public FirewallAction? InboundAction { get; init; }

    /// <summary>Whether a rule without <c>local_cidr</c> means every own address; deprecated, null for false.</summary>
    public bool? DefaultLocalCidrAny { get; init; }

    /// <summary>How long flows are remembered.</summary>
    public ConntrackConfig Conntrack { get; init; } = new();

    internal static SectionCodec<FirewallConfig> Codec { get; } =
        new SectionCodec<FirewallConfig>()
            .Value(
                "outbound_action",
                ActionCodec,
                c => c.OutboundAction,
                (c, v) => c with { OutboundAction = v },
                Reload
            )
            .Value("inbound_action", ActionCodec, c => c.InboundAction, (c, v) => c with { InboundAction = v }, Reload)
            .Bool(
                "default_local_cidr_any",
                c => c.DefaultLocalCidrAny,
                (c, v) => c with { DefaultLocalCidrAny = v },
                Reload
            )
            .Section("conntrack", ConntrackConfig.Codec, c => c.Conntrack, (c, v) => c with { Conntrack = v })
            .List(
                "outbound",
                Codecs.List(FirewallRule.Codec),
                c => c.Outbound,
                (c, v) => c with { Outbound = v },
                Reload,
                "What this node may send."
            )
            .List(
                "inbound",
                Codecs.List(FirewallRule.Codec),
                c => c.Inbound,
                (c, v) => c with { Inbound = v },
                Reload,
                "What this node may be sent."
            );

    private static ConfigCodec<FirewallAction> ActionCodec =>
        Codecs.Choice(("drop", FirewallAction.Drop), ("reject", FirewallAction.Reject));
}

/// <summary><c>firewall.conntrack</c>: how long a flow without packets is remembered, so that answers need no rule.</summary>
public sealed record ConntrackConfig
{
    /// <summary>TCP; null for 12 minutes.</summary>
    public TimeSpan? TcpTimeout { get; init; }

    /// <summary>UDP; null for 3 minutes.</summary>
    public TimeSpan? UdpTimeout { get; init; }

    /// <summary>Everything else; null for 10 minutes.</summary>
    public TimeSpan? DefaultTimeout { get; init; }

    /// <summary>How long each thread remembers on its own; null for 0, or 1 s with several routines. Undocumented upstream.</summary>
    public TimeSpan? RoutineCacheTimeout { get; init; }

    internal static SectionCodec<ConntrackConfig> Codec { get; } =
        new SectionCodec<ConntrackConfig>()
            .Duration("tcp_timeout", c => c.TcpTimeout, (c, v) => c with { TcpTimeout = v }, Reload)
            .Duration("udp_timeout", c => c.UdpTimeout, (c, v) => c with { UdpTimeout = v }, Reload)
            .Duration("default_timeout", c => c.DefaultTimeout, (c, v) => c with { DefaultTimeout = v }, Reload)
            .Duration(
                "routine_cache_timeout",
                c => c.RoutineCacheTimeout,
                (c, v) => c with { RoutineCacheTimeout = v },
                Restart
            );
}

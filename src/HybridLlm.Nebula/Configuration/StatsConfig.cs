using HybridLlm.Nebula.Configuration.Yaml;
using static HybridLlm.Nebula.Configuration.ConfigChangeEffect;

namespace HybridLlm.Nebula.Configuration;

/// <summary>Where metrics go.</summary>
public enum StatsType
{
    /// <summary>Nowhere; nebula's default.</summary>
    None,

    /// <summary>A page for Prometheus to fetch.</summary>
    Prometheus,

    /// <summary>Lines sent to a Graphite server.</summary>
    Graphite,
}

/// <summary><c>stats</c>: nebula's metrics.</summary>
public sealed record StatsConfig
{
    /// <summary>Where metrics go; null for nowhere.</summary>
    public StatsType? Type { get; init; }

    /// <summary>How often they are taken; required with a type.</summary>
    public TimeSpan? Interval { get; init; }

    /// <summary>Prometheus: <c>host:port</c> of the page; required.</summary>
    public string? Listen { get; init; }

    /// <summary>Prometheus: path of the page, e.g. <c>/metrics</c>; required.</summary>
    public string? Path { get; init; }

    /// <summary>Prometheus: first part of metric names; null for none.</summary>
    public string? Namespace { get; init; }

    /// <summary>Prometheus: second part of metric names; null for none.</summary>
    public string? Subsystem { get; init; }

    /// <summary>Graphite: <c>host:port</c> of the server; required.</summary>
    public string? Host { get; init; }

    /// <summary>Graphite: tcp or udp; null for tcp.</summary>
    public string? Protocol { get; init; }

    /// <summary>Graphite: first part of metric names; null for <c>nebula</c>.</summary>
    public string? Prefix { get; init; }

    /// <summary>Whether messages are counted by type; null for false.</summary>
    public bool? MessageMetrics { get; init; }

    /// <summary>Whether lighthouse messages are counted by type; null for false.</summary>
    public bool? LighthouseMetrics { get; init; }

    internal static SectionCodec<StatsConfig> Codec { get; } =
        new SectionCodec<StatsConfig>()
            .Value(
                "type",
                Codecs.Choice(
                    ("none", StatsType.None),
                    ("prometheus", StatsType.Prometheus),
                    ("graphite", StatsType.Graphite)
                ),
                c => c.Type,
                (c, v) => c with { Type = v },
                Reload
            )
            .Duration("interval", c => c.Interval, (c, v) => c with { Interval = v }, Reload)
            .Text("listen", c => c.Listen, (c, v) => c with { Listen = v }, Reload)
            .Text("path", c => c.Path, (c, v) => c with { Path = v }, Reload)
            .Text("namespace", c => c.Namespace, (c, v) => c with { Namespace = v }, Reload)
            .Text("subsystem", c => c.Subsystem, (c, v) => c with { Subsystem = v }, Reload)
            .Text("host", c => c.Host, (c, v) => c with { Host = v }, Reload)
            .Text("protocol", c => c.Protocol, (c, v) => c with { Protocol = v }, Reload)
            .Text("prefix", c => c.Prefix, (c, v) => c with { Prefix = v }, Reload)
            .Bool("message_metrics", c => c.MessageMetrics, (c, v) => c with { MessageMetrics = v }, Restart)
            .Bool("lighthouse_metrics", c => c.LighthouseMetrics, (c, v) => c with { LighthouseMetrics = v }, Restart);
}

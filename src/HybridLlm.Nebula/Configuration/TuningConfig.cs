using HybridLlm.Nebula.Configuration.Yaml;
using static HybridLlm.Nebula.Configuration.ConfigChangeEffect;

namespace HybridLlm.Nebula.Configuration;

/// <summary><c>handshakes</c>.</summary>
public sealed record HandshakesConfig
{
    /// <summary>Wait before the second try, and what each further wait grows by; null for 100 ms.</summary>
    public TimeSpan? TryInterval { get; init; }

    /// <summary>Tries before a handshake is given up; null for 10.</summary>
    public int? Retries { get; init; }

    /// <summary>Length of the queue of questions to lighthouses; null for 64.</summary>
    public int? QueryBuffer { get; init; }

    /// <summary>Length of the queue of lighthouse answers; null for 64.</summary>
    public int? TriggerBuffer { get; init; }

    internal static SectionCodec<HandshakesConfig> Codec { get; } =
        new SectionCodec<HandshakesConfig>()
            .Duration("try_interval", c => c.TryInterval, (c, v) => c with { TryInterval = v }, Restart)
            .Value("retries", Codecs.Int(1), c => c.Retries, (c, v) => c with { Retries = v }, Restart)
            .Value("query_buffer", Codecs.Int(0), c => c.QueryBuffer, (c, v) => c with { QueryBuffer = v }, Restart)
            .Value(
                "trigger_buffer",
                Codecs.Int(0),
                c => c.TriggerBuffer,
                (c, v) => c with { TriggerBuffer = v },
                Restart
            );
}

/// <summary><c>tunnels</c>.</summary>
public sealed record TunnelsConfig
{
    /// <summary>Whether tunnels without traffic are closed; null for false.</summary>
    public bool? DropInactive { get; init; }

    /// <summary>How long without; null for 10 minutes.</summary>
    public TimeSpan? InactivityTimeout { get; init; }

    internal static SectionCodec<TunnelsConfig> Codec { get; } =
        new SectionCodec<TunnelsConfig>()
            .Bool("drop_inactive", c => c.DropInactive, (c, v) => c with { DropInactive = v }, Reload)
            .Duration(
                "inactivity_timeout",
                c => c.InactivityTimeout,
                (c, v) => c with { InactivityTimeout = v },
                Reload
            );
}

/// <summary><c>timers</c>; undocumented upstream.</summary>
public sealed record TimersConfig
{
    /// <summary>Seconds between looks at a tunnel's traffic; null for 5.</summary>
    public int? ConnectionAliveInterval { get; init; }

    /// <summary>Seconds without an answer before a tunnel is deleted; null for 10.</summary>
    public int? PendingDeletionInterval { get; init; }

    /// <summary>Least time between questions to lighthouses about one host; null for 1 minute.</summary>
    public TimeSpan? RequeryWaitDuration { get; init; }

    internal static SectionCodec<TimersConfig> Codec { get; } =
        new SectionCodec<TimersConfig>()
            .Value(
                "connection_alive_interval",
                Codecs.Int(1),
                c => c.ConnectionAliveInterval,
                (c, v) => c with { ConnectionAliveInterval = v },
                Restart
            )
            .Value(
                "pending_deletion_interval",
                Codecs.Int(1),
                c => c.PendingDeletionInterval,
                (c, v) => c with { PendingDeletionInterval = v },
                Restart
            )
            .Duration(
                "requery_wait_duration",
                c => c.RequeryWaitDuration,
                (c, v) => c with { RequeryWaitDuration = v },
                Reload
            );
}

/// <summary><c>counters</c>; undocumented upstream.</summary>
public sealed record CountersConfig
{
    /// <summary>Packets between tries of a better path; null for 1000.</summary>
    public int? TryPromote { get; init; }

    /// <summary>Packets between questions to lighthouses; null for 5000.</summary>
    public int? RequeryEveryPackets { get; init; }

    internal static SectionCodec<CountersConfig> Codec { get; } =
        new SectionCodec<CountersConfig>()
            .Value("try_promote", Codecs.Int(1), c => c.TryPromote, (c, v) => c with { TryPromote = v }, Reload)
            .Value(
                "requery_every_packets",
                Codecs.Int(1),
                c => c.RequeryEveryPackets,
                (c, v) => c with { RequeryEveryPackets = v },
                Reload
            );
}

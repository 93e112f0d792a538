using HybridLlm.Nebula.Configuration.Yaml;
using static HybridLlm.Nebula.Configuration.ConfigChangeEffect;

namespace HybridLlm.Nebula.Configuration;

/// <summary>How much nebula logs.</summary>
public enum NebulaLogLevel
{
    /// <summary>Everything (1.11).</summary>
    Trace,

    /// <summary>Details for debugging.</summary>
    Debug,

    /// <summary>Handshakes and changes; nebula's default.</summary>
    Info,

    /// <summary>Warnings and errors.</summary>
    Warn,

    /// <summary>Errors only.</summary>
    Error,
}

/// <summary>Form of log lines.</summary>
public enum NebulaLogFormat
{
    /// <summary>For people.</summary>
    Text,

    /// <summary>For programs.</summary>
    Json,
}

/// <summary><c>logging</c>.</summary>
public sealed record LoggingConfig
{
    /// <summary>How much; null for info.</summary>
    public NebulaLogLevel? Level { get; init; }

    /// <summary>Form of the lines; null for text.</summary>
    public NebulaLogFormat? Format { get; init; }

    /// <summary>Whether lines carry no time; null for false.</summary>
    public bool? DisableTimestamp { get; init; }

    /// <summary>Go layout of times. Ignored since nebula 1.11; null for none.</summary>
    public string? TimestampFormat { get; init; }

    internal static SectionCodec<LoggingConfig> Codec { get; } =
        new SectionCodec<LoggingConfig>()
            .Value(
                "level",
                Codecs.Choice(
                    ("trace", NebulaLogLevel.Trace),
                    ("debug", NebulaLogLevel.Debug),
                    ("info", NebulaLogLevel.Info),
                    ("warn", NebulaLogLevel.Warn),
                    ("warning", NebulaLogLevel.Warn),
                    ("error", NebulaLogLevel.Error),
                    ("fatal", NebulaLogLevel.Error),
                    ("panic", NebulaLogLevel.Error)
                ),
                c => c.Level,
                (c, v) => c with { Level = v },
                Reload
            )
            .Value(
                "format",
                Codecs.Choice(("text", NebulaLogFormat.Text), ("json", NebulaLogFormat.Json)),
                c => c.Format,
                (c, v) => c with { Format = v },
                Reload
            )
            .Bool("disable_timestamp", c => c.DisableTimestamp, (c, v) => c with { DisableTimestamp = v }, Reload)
            .Text("timestamp_format", c => c.TimestampFormat, (c, v) => c with { TimestampFormat = v }, Reload);
}

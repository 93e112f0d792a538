using HybridLlm.Nebula.Configuration.Yaml;
using static HybridLlm.Nebula.Configuration.ConfigChangeEffect;

namespace HybridLlm.Nebula.Configuration;

/// <summary><c>punchy</c>: keeping holes in NAT routers open.</summary>
public sealed record PunchyConfig
{
    /// <summary>Whether idle tunnels are kept alive; null for false.</summary>
    public bool? Punch { get; init; }

    /// <summary>Whether this node opens a tunnel back when a peer cannot reach it; null for false.</summary>
    public bool? Respond { get; init; }

    /// <summary>Wait before a punch; null for 1 s.</summary>
    public TimeSpan? Delay { get; init; }

    /// <summary>Wait before opening a tunnel back; null for 5 s.</summary>
    public TimeSpan? RespondDelay { get; init; }

    /// <summary>Whether every known address of a peer is kept alive; null for false, only the one in use.</summary>
    public bool? TargetAllRemotes { get; init; }

    internal static SectionCodec<PunchyConfig> Codec { get; } =
        new SectionCodec<PunchyConfig> { InsteadOfScalar = "punchy.punch" }
            .Bool("punch", c => c.Punch, (c, v) => c with { Punch = v }, Reload)
            .Bool("respond", c => c.Respond, (c, v) => c with { Respond = v }, Reload)
            .Duration("delay", c => c.Delay, (c, v) => c with { Delay = v }, Reload)
            .Duration("respond_delay", c => c.RespondDelay, (c, v) => c with { RespondDelay = v }, Reload)
            .Bool("target_all_remotes", c => c.TargetAllRemotes, (c, v) => c with { TargetAllRemotes = v }, Reload);
}

using HybridLlm.Nebula.Configuration.Yaml;
using HybridLlm.Nebula.Firewall;
using HybridLlm.Nebula.Networks;
using static HybridLlm.Nebula.Configuration.ConfigChangeEffect;

namespace HybridLlm.Nebula.Configuration;

/// <summary>Cipher of tunnels; the same on every node of a mesh, for nodes do not negotiate it.</summary>
public enum NebulaCipher
{
    /// <summary>AES-256-GCM; nebula's default.</summary>
    Aes,

    /// <summary>ChaCha20-Poly1305.</summary>
    ChaChaPoly,
}

/// <summary>
/// A node's <c>config.yml</c>, every key of nebula 1.11. What is null or empty is not written, and nebula's default applies.
/// </summary>
public sealed record NebulaConfig
{
    /// <summary>Who this node is and whom it trusts.</summary>
    public PkiConfig Pki { get; init; } = new();

    /// <summary>Where hosts, usually lighthouses, are found outside the mesh.</summary>
    public IReadOnlyList<StaticHost> StaticHosts { get; init; } = [];

    /// <summary>How names among them are looked up.</summary>
    public StaticMapConfig StaticMap { get; init; } = new();

    /// <summary>How hosts find each other.</summary>
    public LighthouseConfig Lighthouse { get; init; } = new();

    /// <summary>The UDP socket outside the mesh.</summary>
    public ListenConfig Listen { get; init; } = new();

    /// <summary>Threads that move packets on Linux; null for 1.</summary>
    public int? Routines { get; init; }

    /// <summary>Keeping holes in NAT routers open.</summary>
    public PunchyConfig Punchy { get; init; } = new();

    /// <summary>Cipher of tunnels; null for AES.</summary>
    public NebulaCipher? Cipher { get; init; }

    /// <summary>Networks outside the mesh whose paths are preferred, e.g. the home LAN.</summary>
    public IReadOnlyList<NebulaPrefix> PreferredRanges { get; init; } = [];

    /// <summary>Nebula's debug console.</summary>
    public SshdConfig Sshd { get; init; } = new();

    /// <summary>Traffic through a third node.</summary>
    public RelayConfig Relay { get; init; } = new();

    /// <summary>The network device inside the mesh.</summary>
    public TunConfig Tun { get; init; } = new();

    /// <summary>Logging.</summary>
    public LoggingConfig Logging { get; init; } = new();

    /// <summary>Metrics.</summary>
    public StatsConfig Stats { get; init; } = new();

    /// <summary>Handshakes.</summary>
    public HandshakesConfig Handshakes { get; init; } = new();

    /// <summary>Tunnels.</summary>
    public TunnelsConfig Tunnels { get; init; } = new();

    /// <summary>Timers.</summary>
    public TimersConfig Timers { get; init; } = new();

    /// <summary>Counters.</summary>
    public CountersConfig Counters { get; init; } = new();

    /// <summary>Who may send what. Empty lists deny everything.</summary>
    public FirewallConfig Firewall { get; init; } = new();

    internal static SectionCodec<NebulaConfig> Codec { get; } =
        new SectionCodec<NebulaConfig>
        {
            Deprecated = new Dictionary<string, string> { ["punch_back"] = "punchy.respond" },
        }
            .Section(
                "pki",
                PkiConfig.Codec,
                c => c.Pki,
                (c, v) => c with { Pki = v },
                "Who this node is and whom it trusts."
            )
            .List(
                "static_host_map",
                StaticHost.MapCodec,
                c => c.StaticHosts,
                (c, v) => c with { StaticHosts = v },
                Reload,
                "Where lighthouses are found outside the mesh."
            )
            .Section("static_map", StaticMapConfig.Codec, c => c.StaticMap, (c, v) => c with { StaticMap = v })
            .Section(
                "lighthouse",
                LighthouseConfig.Codec,
                c => c.Lighthouse,
                (c, v) => c with { Lighthouse = v },
                "How hosts find each other."
            )
            .Section(
                "listen",
                ListenConfig.Codec,
                c => c.Listen,
                (c, v) => c with { Listen = v },
                "The UDP socket outside the mesh."
            )
            .Value("routines", Codecs.Int(1, 1024), c => c.Routines, (c, v) => c with { Routines = v }, Restart)
            .Section(
                "punchy",
                PunchyConfig.Codec,
                c => c.Punchy,
                (c, v) => c with { Punchy = v },
                "Keeps holes in NAT routers open."
            )
            .Value(
                "cipher",
                Codecs.Choice(("aes", NebulaCipher.Aes), ("chachapoly", NebulaCipher.ChaChaPoly)),
                c => c.Cipher,
                (c, v) => c with { Cipher = v },
                Restart,
                "The same on every node: nodes do not negotiate it."
            )
            .List(
                "preferred_ranges",
                Codecs.List(Codecs.Prefix),
                c => c.PreferredRanges,
                (c, v) => c with { PreferredRanges = v },
                Reload
            )
            .Section("sshd", SshdConfig.Codec, c => c.Sshd, (c, v) => c with { Sshd = v })
            .Section(
                "relay",
                RelayConfig.Codec,
                c => c.Relay,
                (c, v) => c with { Relay = v },
                "Traffic through a third node where no direct path exists."
            )
            .Section(
                "tun",
                TunConfig.Codec,
                c => c.Tun,
                (c, v) => c with { Tun = v },
                "The network device inside the mesh."
            )
            .Section("logging", LoggingConfig.Codec, c => c.Logging, (c, v) => c with { Logging = v })
            .Section("stats", StatsConfig.Codec, c => c.Stats, (c, v) => c with { Stats = v })
            .Section("handshakes", HandshakesConfig.Codec, c => c.Handshakes, (c, v) => c with { Handshakes = v })
            .Section("tunnels", TunnelsConfig.Codec, c => c.Tunnels, (c, v) => c with { Tunnels = v })
            .Section("timers", TimersConfig.Codec, c => c.Timers, (c, v) => c with { Timers = v })
            .Section("counters", CountersConfig.Codec, c => c.Counters, (c, v) => c with { Counters = v })
            .Section(
                "firewall",
                FirewallConfig.Codec,
                c => c.Firewall,
                (c, v) => c with { Firewall = v },
                "Who may send what; anything without a rule is dropped."
            );
}

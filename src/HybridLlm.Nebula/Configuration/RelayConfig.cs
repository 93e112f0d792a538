using System.Net;
using HybridLlm.Nebula.Configuration.Yaml;
using static HybridLlm.Nebula.Configuration.ConfigChangeEffect;

namespace HybridLlm.Nebula.Configuration;

/// <summary><c>relay</c>: traffic through a third node where no direct path exists.</summary>
public sealed record RelayConfig
{
    /// <summary>Relays through which others may reach this node: mesh addresses. Ignored on a relay.</summary>
    public IReadOnlyList<IPAddress> Relays { get; init; } = [];

    /// <summary>Whether this node forwards for others; null for false.</summary>
    public bool? AmRelay { get; init; }

    /// <summary>Whether this node uses the relays of those it wants to reach; null for true.</summary>
    public bool? UseRelays { get; init; }

    internal static SectionCodec<RelayConfig> Codec { get; } =
        new SectionCodec<RelayConfig>()
            .List("relays", Codecs.List(Codecs.Address), c => c.Relays, (c, v) => c with { Relays = v }, Reload)
            .Bool("am_relay", c => c.AmRelay, (c, v) => c with { AmRelay = v }, Reload)
            .Bool("use_relays", c => c.UseRelays, (c, v) => c with { UseRelays = v }, Reload);
}

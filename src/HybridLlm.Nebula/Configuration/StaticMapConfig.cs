using System.Net;
using HybridLlm.Nebula.Configuration.Yaml;
using static HybridLlm.Nebula.Configuration.ConfigChangeEffect;

namespace HybridLlm.Nebula.Configuration;

/// <summary>An entry of <c>static_host_map</c>: where a host, usually a lighthouse, is found outside the mesh.</summary>
/// <param name="Address">Its address in the mesh.</param>
/// <param name="Endpoints">Where it listens; at least one.</param>
public sealed record StaticHost(IPAddress Address, IReadOnlyList<NebulaEndpoint> Endpoints)
{
    internal static ConfigCodec<IReadOnlyList<StaticHost>> MapCodec { get; } =
        new MapCodec<IPAddress, IReadOnlyList<NebulaEndpoint>, StaticHost>(
            Codecs.Address,
            Codecs.List(Codecs.Endpoint, single: true),
            (address, endpoints) => new StaticHost(address, endpoints),
            host => (host.Address, host.Endpoints)
        );
}

/// <summary>Which addresses of a name are taken.</summary>
public enum StaticMapNetwork
{
    /// <summary>IPv4 and IPv6.</summary>
    Any,

    /// <summary>IPv4 only; nebula's default.</summary>
    IPv4,

    /// <summary>IPv6 only.</summary>
    IPv6,
}

/// <summary><c>static_map</c>: how names in <c>static_host_map</c> are looked up.</summary>
public sealed record StaticMapConfig
{
    /// <summary>How often names are looked up again; null for 30 s.</summary>
    public TimeSpan? Cadence { get; init; }

    /// <summary>Which addresses of a name are taken; null for IPv4.</summary>
    public StaticMapNetwork? Network { get; init; }

    /// <summary>How long one lookup may take; null for 250 ms.</summary>
    public TimeSpan? LookupTimeout { get; init; }

    internal static SectionCodec<StaticMapConfig> Codec { get; } =
        new SectionCodec<StaticMapConfig>()
            .Duration("cadence", c => c.Cadence, (c, v) => c with { Cadence = v }, Reload)
            .Value(
                "network",
                Codecs.Choice(
                    ("ip", StaticMapNetwork.Any),
                    ("ip4", StaticMapNetwork.IPv4),
                    ("ip6", StaticMapNetwork.IPv6)
                ),
                c => c.Network,
                (c, v) => c with { Network = v },
                Reload
            )
            .Duration("lookup_timeout", c => c.LookupTimeout, (c, v) => c with { LookupTimeout = v }, Reload);
}

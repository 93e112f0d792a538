using System.Net;
using HybridLlm.Nebula.Configuration.Yaml;
using HybridLlm.Nebula.Networks;
using static HybridLlm.Nebula.Configuration.ConfigChangeEffect;

namespace HybridLlm.Nebula.Configuration;

/// <summary><c>lighthouse</c>: how hosts find each other.</summary>
public sealed record LighthouseConfig
{
    /// <summary>Whether this node is a lighthouse; it then needs a fixed listening port. Null for false.</summary>
    public bool? AmLighthouse { get; init; }

    /// <summary>Whether a lighthouse answers DNS questions for the names in certificates; null for false.</summary>
    public bool? ServeDns { get; init; }

    /// <summary>Where it answers them.</summary>
    public LighthouseDnsConfig Dns { get; init; } = new();

    /// <summary>Seconds between reports to the lighthouses; 0 never reports, null for 10.</summary>
    public int? Interval { get; init; }

    /// <summary>The lighthouses' addresses in the mesh; each needs an entry in <c>static_host_map</c>. Empty on a lighthouse.</summary>
    public IReadOnlyList<IPAddress> Hosts { get; init; } = [];

    /// <summary>Addresses outside the mesh that peers may be reached at; empty for all.</summary>
    public IReadOnlyList<AllowedRange> RemoteAllowList { get; init; } = [];

    /// <summary>The same for parts of the mesh; empty for none. Experimental in nebula.</summary>
    public IReadOnlyList<RemoteAllowRange> RemoteAllowRanges { get; init; } = [];

    /// <summary>Own addresses that lighthouses may be told; null for all.</summary>
    public LocalAllowList? LocalAllowList { get; init; }

    /// <summary>Further own addresses to tell lighthouses, e.g. one behind a port forward; port 0 is the listening port.</summary>
    public IReadOnlyList<NebulaEndpoint> AdvertiseAddresses { get; init; } = [];

    /// <summary>Addresses that can be computed from mesh addresses; empty for none. Experimental in nebula.</summary>
    public IReadOnlyList<CalculatedRemotes> CalculatedRemotes { get; init; } = [];

    internal static SectionCodec<LighthouseConfig> Codec { get; } =
        new SectionCodec<LighthouseConfig>()
            .Bool("am_lighthouse", c => c.AmLighthouse, (c, v) => c with { AmLighthouse = v }, Restart)
            .Bool("serve_dns", c => c.ServeDns, (c, v) => c with { ServeDns = v }, Reload)
            .Section("dns", LighthouseDnsConfig.Codec, c => c.Dns, (c, v) => c with { Dns = v })
            .Value("interval", Codecs.Int(0), c => c.Interval, (c, v) => c with { Interval = v }, Reload)
            .List("hosts", Codecs.List(Codecs.Address), c => c.Hosts, (c, v) => c with { Hosts = v }, Reload)
            .List(
                "remote_allow_list",
                AllowedRange.MapCodec,
                c => c.RemoteAllowList,
                (c, v) => c with { RemoteAllowList = v },
                Reload
            )
            .List(
                "remote_allow_ranges",
                RemoteAllowRange.MapCodec,
                c => c.RemoteAllowRanges,
                (c, v) => c with { RemoteAllowRanges = v },
                Reload
            )
            .Object(
                "local_allow_list",
                Configuration.LocalAllowList.Codec,
                c => c.LocalAllowList,
                (c, v) => c with { LocalAllowList = v },
                Reload
            )
            .List(
                "advertise_addrs",
                Codecs.List(Codecs.Endpoint),
                c => c.AdvertiseAddresses,
                (c, v) => c with { AdvertiseAddresses = v },
                Reload
            )
            .List(
                "calculated_remotes",
                Configuration.CalculatedRemotes.MapCodec,
                c => c.CalculatedRemotes,
                (c, v) => c with { CalculatedRemotes = v },
                Reload
            );
}

/// <summary><c>lighthouse.dns</c>: where a lighthouse answers DNS questions.</summary>
public sealed record LighthouseDnsConfig
{
    /// <summary>Address to listen on; null for all.</summary>
    public string? Host { get; init; }

    /// <summary>UDP port, 1..65535; null for 53.</summary>
    public int? Port { get; init; }

    internal static SectionCodec<LighthouseDnsConfig> Codec { get; } =
        new SectionCodec<LighthouseDnsConfig>()
            .Text("host", c => c.Host, (c, v) => c with { Host = v }, Reload)
            .Value("port", Codecs.Int(1, 65535), c => c.Port, (c, v) => c with { Port = v }, Reload);
}

/// <summary>An entry of <c>lighthouse.remote_allow_ranges</c>.</summary>
/// <param name="Range">The part of the mesh it is about.</param>
/// <param name="Allowed">Addresses outside the mesh its hosts may be reached at.</param>
public sealed record RemoteAllowRange(NebulaPrefix Range, IReadOnlyList<AllowedRange> Allowed)
{
    internal static ConfigCodec<IReadOnlyList<RemoteAllowRange>> MapCodec { get; } =
        new MapCodec<NebulaPrefix, IReadOnlyList<AllowedRange>, RemoteAllowRange>(
            Codecs.Prefix,
            AllowedRange.MapCodec,
            (range, allowed) => new RemoteAllowRange(range, allowed),
            entry => (entry.Range, entry.Allowed)
        );
}

/// <summary>An entry of <c>lighthouse.calculated_remotes</c>.</summary>
/// <param name="Range">The part of the mesh it is about.</param>
/// <param name="Remotes">Where its hosts are to be found.</param>
public sealed record CalculatedRemotes(NebulaPrefix Range, IReadOnlyList<CalculatedRemote> Remotes)
{
    internal static ConfigCodec<IReadOnlyList<CalculatedRemotes>> MapCodec { get; } =
        new MapCodec<NebulaPrefix, IReadOnlyList<CalculatedRemote>, CalculatedRemotes>(
            Codecs.Prefix,
            Codecs.List(CalculatedRemote.Codec),
            (range, remotes) => new CalculatedRemotes(range, remotes),
            entry => (entry.Range, entry.Remotes)
        );
}

/// <summary>One computed address: the mask's network part, then the host part of the mesh address.</summary>
public sealed record CalculatedRemote
{
    /// <summary>Network outside the mesh, of the range's family and length.</summary>
    public NebulaPrefix? Mask { get; init; }

    /// <summary>UDP port, 1..65535.</summary>
    public int? Port { get; init; }

    internal static SectionCodec<CalculatedRemote> Codec { get; } =
        new SectionCodec<CalculatedRemote>()
            .Value("mask", Codecs.Prefix, c => c.Mask, (c, v) => c with { Mask = v }, Reload)
            .Value("port", Codecs.Int(1, 65535), c => c.Port, (c, v) => c with { Port = v }, Reload);
}

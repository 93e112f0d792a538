using System.Net;
using HybridLlm.Nebula.Configuration.Yaml;
using HybridLlm.Nebula.Networks;
using YamlDotNet.RepresentationModel;
using static HybridLlm.Nebula.Configuration.ConfigChangeEffect;

namespace HybridLlm.Nebula.Configuration;

/// <summary>Category of the interface on Windows.</summary>
public enum NetworkCategory
{
    /// <summary>Private; nebula's default.</summary>
    Private,

    /// <summary>Public.</summary>
    Public,

    /// <summary>Domain.</summary>
    Domain,
}

/// <summary><c>tun</c>: the network device inside the mesh.</summary>
public sealed record TunConfig
{
    /// <summary>Whether there is none; such a node needs no root and answers only nebula's own messages. Null for false.</summary>
    public bool? Disabled { get; init; }

    /// <summary>Name of the device; null lets the system choose.</summary>
    public string? Device { get; init; }

    /// <summary>Whether packets to the network's broadcast address are dropped; null for false.</summary>
    public bool? DropLocalBroadcast { get; init; }

    /// <summary>Whether multicast packets are dropped; null for false.</summary>
    public bool? DropMulticast { get; init; }

    /// <summary>Length of the device's transmit queue, packets; null for 500.</summary>
    public int? TxQueue { get; init; }

    /// <summary>Largest packet inside the mesh, bytes; null for 1300.</summary>
    public int? Mtu { get; init; }

    /// <summary>Other packet sizes for parts of the mesh.</summary>
    public IReadOnlyList<MeshRoute> Routes { get; init; } = [];

    /// <summary>Ranges outside the mesh that are reached through members of it.</summary>
    public IReadOnlyList<UnsafeRoute> UnsafeRoutes { get; init; } = [];

    /// <summary>Whether unsafe routes are also taken from the system's routing table on Linux; null for false.</summary>
    public bool? UseSystemRouteTable { get; init; }

    /// <summary>Netlink buffer for that, bytes; null for the system's.</summary>
    public int? UseSystemRouteTableBufferSize { get; init; }

    /// <summary>Category of the interface on Windows; null for private.</summary>
    public NetworkCategory? NetworkCategory { get; init; }

    /// <summary>Whether packets pass by the Windows firewall; null for true.</summary>
    public bool? WindowsBypassWdf { get; init; }

    internal static SectionCodec<TunConfig> Codec { get; } =
        new SectionCodec<TunConfig> { Deprecated = new Dictionary<string, string> { ["routines"] = "routines" } }
            .Bool("disabled", c => c.Disabled, (c, v) => c with { Disabled = v }, Restart)
            .Text("dev", c => c.Device, (c, v) => c with { Device = v }, Restart)
            .Bool(
                "drop_local_broadcast",
                c => c.DropLocalBroadcast,
                (c, v) => c with { DropLocalBroadcast = v },
                Restart
            )
            .Bool("drop_multicast", c => c.DropMulticast, (c, v) => c with { DropMulticast = v }, Restart)
            .Value("tx_queue", Codecs.Int(1), c => c.TxQueue, (c, v) => c with { TxQueue = v }, Restart)
            .Value("mtu", Codecs.Int(500, 65535), c => c.Mtu, (c, v) => c with { Mtu = v }, Reload)
            .List("routes", Codecs.List(MeshRoute.Codec), c => c.Routes, (c, v) => c with { Routes = v }, Reload)
            .List(
                "unsafe_routes",
                Codecs.List(UnsafeRoute.Codec),
                c => c.UnsafeRoutes,
                (c, v) => c with { UnsafeRoutes = v },
                Reload,
                "Ranges outside the mesh, reached through members whose certificates carry them."
            )
            .Bool(
                "use_system_route_table",
                c => c.UseSystemRouteTable,
                (c, v) => c with { UseSystemRouteTable = v },
                Restart
            )
            .Value(
                "use_system_route_table_buffer_size",
                Codecs.Int(0),
                c => c.UseSystemRouteTableBufferSize,
                (c, v) => c with { UseSystemRouteTableBufferSize = v },
                Restart
            )
            .Value(
                "network_category",
                Codecs.Choice(
                    ("private", Configuration.NetworkCategory.Private),
                    ("public", Configuration.NetworkCategory.Public),
                    ("domain", Configuration.NetworkCategory.Domain)
                ),
                c => c.NetworkCategory,
                (c, v) => c with { NetworkCategory = v },
                Restart
            )
            .Bool("windows_bypass_wdf", c => c.WindowsBypassWdf, (c, v) => c with { WindowsBypassWdf = v }, Restart);
}

/// <summary>An entry of <c>tun.routes</c>: a part of the mesh with another packet size.</summary>
public sealed record MeshRoute
{
    /// <summary>The part of the mesh.</summary>
    public NebulaPrefix? Route { get; init; }

    /// <summary>Largest packet to it, bytes, 500 or more.</summary>
    public int? Mtu { get; init; }

    internal static SectionCodec<MeshRoute> Codec { get; } =
        new SectionCodec<MeshRoute>()
            .Value("mtu", Codecs.Int(500, 65535), c => c.Mtu, (c, v) => c with { Mtu = v }, Reload)
            .Value("route", Codecs.Prefix, c => c.Route, (c, v) => c with { Route = v }, Reload);
}

/// <summary>An entry of <c>tun.unsafe_routes</c>: a range outside the mesh and who routes for it.</summary>
public sealed record UnsafeRoute
{
    /// <summary>The range; it may not begin inside the mesh.</summary>
    public NebulaPrefix? Route { get; init; }

    /// <summary>Members that route for it; several share the traffic (Linux). At least one.</summary>
    public IReadOnlyList<UnsafeGateway> Via { get; init; } = [];

    /// <summary>Largest packet to it, bytes, 500 or more; null for the device's.</summary>
    public int? Mtu { get; init; }

    /// <summary>Metric of the system's route; null for 0.</summary>
    public int? Metric { get; init; }

    /// <summary>Whether the system gets a route; null for true.</summary>
    public bool? Install { get; init; }

    internal static SectionCodec<UnsafeRoute> Codec { get; } =
        new SectionCodec<UnsafeRoute>()
            .Value("route", Codecs.Prefix, c => c.Route, (c, v) => c with { Route = v }, Reload)
            .List("via", new ViaCodec(), c => c.Via, (c, v) => c with { Via = v }, Reload)
            .Value("mtu", Codecs.Int(500, 65535), c => c.Mtu, (c, v) => c with { Mtu = v }, Reload)
            .Value("metric", Codecs.Int(0), c => c.Metric, (c, v) => c with { Metric = v }, Reload)
            .Bool("install", c => c.Install, (c, v) => c with { Install = v }, Reload);

    // One address, or a list of gateways with weights.
    private sealed class ViaCodec : ConfigCodec<IReadOnlyList<UnsafeGateway>>
    {
        private static readonly ConfigCodec<IReadOnlyList<UnsafeGateway>> s_list = Codecs.List(UnsafeGateway.Codec);

        public override bool TryRead(YamlNode node, ConfigReading reading, out IReadOnlyList<UnsafeGateway> value)
        {
            if (node is not YamlScalarNode)
            {
                return s_list.TryRead(node, reading, out value);
            }

            var ok = Codecs.Address.TryRead(node, reading, out var address);
            value = ok ? [new UnsafeGateway { Gateway = address }] : [];
            return ok;
        }

        public override YamlValue Write(IReadOnlyList<UnsafeGateway> value) =>
            value is [{ Gateway: { } address, Weight: null }] ? Codecs.Address.Write(address) : s_list.Write(value);
    }
}

/// <summary>A member that routes for a range outside the mesh.</summary>
public sealed record UnsafeGateway
{
    /// <summary>Its address in the mesh.</summary>
    public IPAddress? Gateway { get; init; }

    /// <summary>Its share of the traffic against the others' shares, 1 or more; null for 1.</summary>
    public int? Weight { get; init; }

    internal static SectionCodec<UnsafeGateway> Codec { get; } =
        new SectionCodec<UnsafeGateway>()
            .Object("gateway", Codecs.Address, c => c.Gateway, (c, v) => c with { Gateway = v }, Reload)
            .Value("weight", Codecs.Int(1), c => c.Weight, (c, v) => c with { Weight = v }, Reload);
}

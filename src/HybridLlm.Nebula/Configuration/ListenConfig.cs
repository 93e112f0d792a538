using HybridLlm.Nebula.Configuration.Yaml;
using static HybridLlm.Nebula.Configuration.ConfigChangeEffect;

namespace HybridLlm.Nebula.Configuration;

/// <summary>Whom to tell about, or believe about, packets of unknown tunnels.</summary>
public enum RecvErrorPolicy
{
    /// <summary>Everybody; nebula's default.</summary>
    Always,

    /// <summary>Nobody.</summary>
    Never,

    /// <summary>Private addresses only.</summary>
    Private,
}

/// <summary><c>listen</c>: the UDP socket outside the mesh.</summary>
public sealed record ListenConfig
{
    /// <summary>Address to listen on; null for all of IPv4, <c>::</c> for all of both.</summary>
    public string? Host { get; init; }

    /// <summary>UDP port, 0..65535; 0 or null lets the system choose. A lighthouse needs a fixed one.</summary>
    public int? Port { get; init; }

    /// <summary>Packets fetched at once on Linux; null for 64.</summary>
    public int? Batch { get; init; }

    /// <summary>Size of the socket's receive buffer, bytes; null for the system's.</summary>
    public int? ReadBuffer { get; init; }

    /// <summary>Size of the socket's send buffer, bytes; null for the system's.</summary>
    public int? WriteBuffer { get; init; }

    /// <summary>To whom to send "I know no such tunnel"; null for everybody.</summary>
    public RecvErrorPolicy? SendRecvError { get; init; }

    /// <summary>From whom to believe it; null for everybody.</summary>
    public RecvErrorPolicy? AcceptRecvError { get; init; }

    /// <summary>Firewall mark of the socket on Linux; null for none.</summary>
    public int? SoMark { get; init; }

    /// <summary>Whether packets pass by the Windows firewall; null for true.</summary>
    public bool? WindowsBypassWdf { get; init; }

    /// <summary>Whether the socket is opened anew when the network changes on macOS; null for true.</summary>
    public bool? RebindOnNetworkChange { get; init; }

    internal static SectionCodec<ListenConfig> Codec { get; } =
        new SectionCodec<ListenConfig> { Deprecated = new Dictionary<string, string> { ["routines"] = "routines" } }
            .Text("host", c => c.Host, (c, v) => c with { Host = v }, Restart)
            .Value("port", Codecs.Int(0, 65535), c => c.Port, (c, v) => c with { Port = v }, Restart)
            .Value("batch", Codecs.Int(1), c => c.Batch, (c, v) => c with { Batch = v }, Restart)
            .Value("read_buffer", Codecs.Int(0), c => c.ReadBuffer, (c, v) => c with { ReadBuffer = v }, Reload)
            .Value("write_buffer", Codecs.Int(0), c => c.WriteBuffer, (c, v) => c with { WriteBuffer = v }, Reload)
            .Value("send_recv_error", Policy, c => c.SendRecvError, (c, v) => c with { SendRecvError = v }, Reload)
            .Value(
                "accept_recv_error",
                Policy,
                c => c.AcceptRecvError,
                (c, v) => c with { AcceptRecvError = v },
                Reload
            )
            .Value("so_mark", Codecs.Int(0), c => c.SoMark, (c, v) => c with { SoMark = v }, Reload)
            .Bool("windows_bypass_wdf", c => c.WindowsBypassWdf, (c, v) => c with { WindowsBypassWdf = v }, Restart)
            .Bool(
                "rebind_on_network_change",
                c => c.RebindOnNetworkChange,
                (c, v) => c with { RebindOnNetworkChange = v },
                Restart
            );

    private static ConfigCodec<RecvErrorPolicy> Policy =>
        Codecs.Choice(
            ("always", RecvErrorPolicy.Always),
            ("never", RecvErrorPolicy.Never),
            ("private", RecvErrorPolicy.Private),
            ("true", RecvErrorPolicy.Always),
            ("false", RecvErrorPolicy.Never)
        );
}

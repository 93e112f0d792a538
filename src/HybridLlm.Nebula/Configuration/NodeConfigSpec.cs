using HybridLlm.Nebula.Firewall;
using HybridLlm.Nebula.Networks;

namespace HybridLlm.Nebula.Configuration;

/// <summary>A node's configuration, in the mesh's words rather than in nebula's keys.</summary>
public sealed record NodeConfigSpec
{
    /// <summary>What the node does.</summary>
    public required MeshRole Role { get; init; }

    /// <summary>Where its certificates and key are: paths, or PEM texts.</summary>
    public required PkiConfig Pki { get; init; }

    /// <summary>The mesh's lighthouses: their mesh addresses, and where they listen outside. Ignored on a lighthouse.</summary>
    public required IReadOnlyList<StaticHost> Lighthouses { get; init; }

    /// <summary>Address of the UDP socket; null for all of IPv4, or of both families when a lighthouse has an IPv6 endpoint.</summary>
    public string? ListenHost { get; init; }

    /// <summary>UDP port, 0..65535; null for 4242 on a lighthouse and the system's choice elsewhere.</summary>
    public int? ListenPort { get; init; }

    /// <summary>Name of the network device; null for no device at all, which needs no root but carries no traffic.</summary>
    public string? Device { get; init; } = "nebula1";

    /// <summary>Largest packet inside the mesh, bytes, 500 or more; null for nebula's 1300. See the MTU planner.</summary>
    public int? Mtu { get; init; }

    /// <summary>Whether lighthouses forward for nodes that find no direct path; equal on all nodes of the mesh.</summary>
    public bool RelayThroughLighthouses { get; init; }

    /// <summary>Ranges outside the mesh to reach through members.</summary>
    public IReadOnlyList<UnsafeRoute> UnsafeRoutes { get; init; } = [];

    /// <summary>Networks outside the mesh whose paths are preferred, e.g. the home LAN.</summary>
    public IReadOnlyList<NebulaPrefix> PreferredRanges { get; init; } = [];

    /// <summary>What the node may be sent beyond its role.</summary>
    public IReadOnlyList<FirewallAdmission> Inbound { get; init; } = [];

    /// <summary>What the node may send beyond its role.</summary>
    public IReadOnlyList<FirewallAdmission> Outbound { get; init; } = [];

    /// <summary>Cipher, equal on all nodes of the mesh; null for nebula's AES.</summary>
    public NebulaCipher? Cipher { get; init; }

    /// <summary>Metrics; null for none.</summary>
    public StatsConfig? Stats { get; init; }
}

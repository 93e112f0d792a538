namespace HybridLlm.Nebula.Networks;

/// <summary>What packets are wrapped in, from the inside out: pods, vxlan or WireGuard, nebula, the network outside.</summary>
public sealed record MtuSpec
{
    /// <summary>Largest packet of the path outside the mesh, bytes; 1500 on Ethernet, 1492 behind PPPoE, 9001 within a VPC.</summary>
    public int PathMtu { get; init; } = 1500;

    /// <summary>Whether nodes may reach each other over IPv6 outside the mesh, whose header is 20 bytes longer.</summary>
    public bool OverIPv6 { get; init; }

    /// <summary>Whether a relay may carry the packets, which takes 32 bytes more.</summary>
    public bool ThroughRelay { get; init; }

    /// <summary>Packet size of nebula's device, bytes; null for the largest that fits.</summary>
    public int? TunMtu { get; init; }

    /// <summary>Whether pods of different nodes talk through flannel's vxlan over the mesh.</summary>
    public bool Vxlan { get; init; }

    /// <summary>Whether pods use IPv6, which needs 1280 bytes everywhere.</summary>
    public bool PodsUseIPv6 { get; init; }

    /// <summary>Packet size of a WireGuard device whose packets ride in the mesh, bytes (Liqo's default is 1340); null for none.</summary>
    public int? WireGuardMtu { get; init; }

    /// <summary>Whether that WireGuard uses the mesh's IPv6 addresses.</summary>
    public bool WireGuardOverIPv6 { get; init; }
}

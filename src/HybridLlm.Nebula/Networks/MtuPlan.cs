namespace HybridLlm.Nebula.Networks;

/// <summary>Packet sizes that fit into each other.</summary>
public sealed record MtuPlan
{
    /// <summary>What nebula adds to a packet, bytes.</summary>
    public required int NebulaOverhead { get; init; }

    /// <summary>Largest packet of nebula's device that arrives in one piece, bytes.</summary>
    public required int LargestTunMtu { get; init; }

    /// <summary>Packet size for <c>tun.mtu</c>, bytes.</summary>
    public required int TunMtu { get; init; }

    /// <summary>Packet size of pods, bytes; null without vxlan.</summary>
    public int? PodMtu { get; init; }

    /// <summary>Largest packet of a WireGuard device in the mesh, bytes; null without one.</summary>
    public int? LargestWireGuardMtu { get; init; }

    /// <summary>The arithmetic, one line a layer.</summary>
    public required IReadOnlyList<string> Arithmetic { get; init; }
}

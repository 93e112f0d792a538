using System.Net;

namespace HybridLlm.Nebula.Firewall;

/// <summary>Which way a packet goes at the node that judges it.</summary>
public enum FirewallDirection
{
    /// <summary>From a peer to us.</summary>
    Inbound,

    /// <summary>From us to a peer.</summary>
    Outbound,
}

/// <summary>A packet as one node's firewall sees it.</summary>
public sealed record FirewallPacket
{
    /// <summary>Which way it goes.</summary>
    public required FirewallDirection Direction { get; init; }

    /// <summary>Our side's address in the packet: in the mesh, or in a range behind us.</summary>
    public required IPAddress LocalAddress { get; init; }

    /// <summary>The peer's side's address in the packet: in the mesh, or in a range behind the peer.</summary>
    public required IPAddress RemoteAddress { get; init; }

    /// <summary>Protocol.</summary>
    public required FirewallProtocol Protocol { get; init; }

    /// <summary>Port on the receiving side, 0..65535; 0 where the protocol has none.</summary>
    public int Port { get; init; }

    /// <summary>Whether it is a fragment after the first, which carries no ports.</summary>
    public bool IsFragment { get; init; }
}

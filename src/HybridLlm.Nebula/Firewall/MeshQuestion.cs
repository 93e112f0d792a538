using System.Net;

namespace HybridLlm.Nebula.Firewall;

/// <summary>May this packet go from one node to another?</summary>
public sealed record MeshQuestion
{
    /// <summary>Where it comes from: the source node's address, or one behind it.</summary>
    public required IPAddress From { get; init; }

    /// <summary>Where it is to go: the destination node's address, or one behind it.</summary>
    public required IPAddress To { get; init; }

    /// <summary>Protocol.</summary>
    public required FirewallProtocol Protocol { get; init; }

    /// <summary>Destination port, 0..65535; 0 where the protocol has none.</summary>
    public int Port { get; init; }
}

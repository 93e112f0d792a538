using System.Net;

namespace HybridLlm.Nebula.Mesh;

/// <summary>Why there is no tunnel.</summary>
public enum ProbeFailure
{
    /// <summary>There is one.</summary>
    None,

    /// <summary>
    /// Nothing came back: the host is down or out of reach, or it refuses us (authority, expiry, blocklist, curve), which nebula does in
    /// silence; its log says which.
    /// </summary>
    NoAnswer,

    /// <summary>Something came back that does not decrypt: the mesh uses the other cipher.</summary>
    WrongCipher,

    /// <summary>The host answered, but its certificate does not pass verification.</summary>
    PeerRejected,
}

/// <summary>What trying to make a tunnel gave.</summary>
/// <param name="Endpoint">Where it was tried.</param>
/// <param name="Tunnel">The tunnel; null when there is none. Dispose it: that tells the peer.</param>
/// <param name="Failure">Why there is none.</param>
/// <param name="Fault">What went wrong and what to do; null when nothing did.</param>
public sealed record ProbeResult(IPEndPoint Endpoint, ProbeTunnel? Tunnel, ProbeFailure Failure, NebulaFault? Fault);

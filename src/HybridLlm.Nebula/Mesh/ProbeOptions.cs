using System.Net;

namespace HybridLlm.Nebula.Mesh;

/// <summary>How patient a probe is.</summary>
public sealed record ProbeOptions
{
    /// <summary>Wait before the second try of a handshake; each further wait is longer by as much. Nebula's own 100 ms.</summary>
    public TimeSpan TryInterval { get; init; } = TimeSpan.FromMilliseconds(100);

    /// <summary>Tries of a handshake, 1 or more; nebula's own 10 take 5.5 s.</summary>
    public int Tries { get; init; } = 10;

    /// <summary>How long to wait for the answer to a ping or a question.</summary>
    public TimeSpan AnswerTimeout { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>Local UDP address; null for any address and a port of the system's choice.</summary>
    public IPEndPoint? Local { get; init; }
}

namespace HybridLlm.Testing.Liqo.Networking;

/// <summary>How far a cluster's gateways come.</summary>
public enum TunnelAnswer
{
    /// <summary>The tunnel is made when both sides hold each other's key and the client knows an address of the server.</summary>
    Connect = 0,

    /// <summary>The Service of type LoadBalancer never gets an address.</summary>
    NoAddress = 1,

    /// <summary>The gateway's pod finds no node.</summary>
    PodPending = 2,

    /// <summary>The Connection stays <c>Connecting</c>.</summary>
    StayConnecting = 3,

    /// <summary>The Connection ends in <c>Error</c>: pings through the tunnel are lost.</summary>
    Fail = 4,

    /// <summary>The Connection is in <c>Error</c> and <c>Connected</c> by turns, ten seconds each, <c>Error</c> first.</summary>
    Flap = 5,
}

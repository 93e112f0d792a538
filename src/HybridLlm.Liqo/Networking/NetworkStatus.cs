using HybridLlm.Liqo.Clusters;
using HybridLlm.Liqo.Peering;

namespace HybridLlm.Liqo.Networking;

/// <summary>Liqo's network between two clusters.</summary>
public sealed record NetworkStatus
{
    private NetworkStatus() { }

    /// <summary>Whether both ends say that the tunnel carries packets.</summary>
    public bool IsConnected => Consumer.IsConnected && Provider.IsConnected;

    /// <summary>The consumer's end.</summary>
    public required NetworkEnd Consumer { get; init; }

    /// <summary>The provider's end.</summary>
    public required NetworkEnd Provider { get; init; }

    internal static NetworkStatus Of(PairFacts facts) =>
        new()
        {
            Consumer = NetworkEnd.Of(facts, ClusterSide.Consumer),
            Provider = NetworkEnd.Of(facts, ClusterSide.Provider),
        };
}

/// <summary>One cluster's end of the network.</summary>
public sealed record NetworkEnd
{
    private NetworkEnd() { }

    /// <summary>Whether its gateway says that the tunnel carries packets.</summary>
    public required bool IsConnected { get; init; }

    /// <summary>What its gateway says: <c>Connecting</c>, <c>Connected</c>, <c>Error</c>; null without a connection.</summary>
    public required string? Connection { get; init; }

    /// <summary>Time a packet takes to the other end and back, as the gateway writes it, e.g. <c>1.2ms</c>; null before it is measured.</summary>
    public required string? Latency { get; init; }

    /// <summary>Addresses its gateway is called at; empty for the end that calls.</summary>
    public required IReadOnlyList<string> Addresses { get; init; }

    /// <summary>UDP port its gateway is called at; null for the end that calls.</summary>
    public required int? Port { get; init; }

    /// <summary>What the peer's pod ranges are called on this cluster, CIDR notation; empty before they have names.</summary>
    public required IReadOnlyList<string> PeerPodRanges { get; init; }

    internal static NetworkEnd Of(PairFacts facts, ClusterSide side)
    {
        var connection = NetworkObjects.ConnectionsOn(facts, side) is [var one, ..] ? one : null;
        var server = NetworkObjects.ServerOn(facts, side);
        // What a gateway said last stays for a while after it has gone.
        var stands = server is not null || NetworkObjects.ClientOn(facts, side) is not null;
        return new NetworkEnd
        {
            IsConnected = stands && connection?.Status?.Value == Resources.Connection.Connected,
            Connection = connection?.Status?.Value,
            Latency = connection?.Status?.Latency?.Value,
            Addresses = server?.Status?.Endpoint?.Addresses ?? [],
            Port = server?.Status?.Endpoint?.Port,
            PeerPodRanges = NetworkObjects.ConfigurationOn(facts, side)?.Status?.Remote?.Cidr?.Pod ?? [],
        };
    }
}

using System.Net;
using HybridLlm.Liqo.Clusters;

namespace HybridLlm.Liqo.Networking;

/// <summary>The tunnel between two clusters' Liqo gateways as it is wanted: WireGuard, one end calls the other.</summary>
public sealed record GatewaySpec
{
    private const int MostPort = 65535;
    private const int LeastMtu = 576;
    private const int MostMtu = 9000;

    /// <summary>The cluster whose gateway is called; the other may be behind NAT.</summary>
    public ClusterSide Server { get; init; } = ClusterSide.Provider;

    /// <summary>How the called gateway is exposed.</summary>
    public GatewayService Service { get; init; } = GatewayService.LoadBalancer;

    /// <summary>UDP port of the called gateway, 1–65535.</summary>
    public int Port { get; init; } = 51840;

    /// <summary>Port of the nodes, 30000–32767; null lets Kubernetes choose. Not for <see cref="GatewayService.ClusterIP"/>.</summary>
    public int? NodePort { get; init; }

    /// <summary>Address asked of the load balancer; null takes what it gives.</summary>
    public string? LoadBalancerIp { get; init; }

    /// <summary>
    /// Address the calling gateway uses, such as a Nebula address; null takes the one that the called cluster tells, which is
    /// its node's.
    /// </summary>
    public string? ClientAddress { get; init; }

    /// <summary>UDP port the calling gateway uses, 1–65535, mostly the <see cref="NodePort"/>; null takes what the server tells.</summary>
    public int? ClientPort { get; init; }

    /// <summary>
    /// Largest packet within the tunnel, bytes, 576–9000. At most the way's own less 60 for WireGuard over IPv4: 1240 through
    /// a Nebula whose device has 1300.
    /// </summary>
    public int Mtu { get; init; } = 1340;

    internal ClusterSide Client => Server == ClusterSide.Provider ? ClusterSide.Consumer : ClusterSide.Provider;

    internal IEnumerable<string?> Faults()
    {
        yield return Port is >= 1 and <= MostPort ? null : $"Port is {Port}, must be 1–{MostPort}";
        yield return NodePort is null or (>= 30000 and <= 32767)
            ? null
            : $"NodePort is {NodePort}, must be 30000–32767";
        yield return NodePort is not null && Service == GatewayService.ClusterIP
            ? "NodePort is set, which a ClusterIP has none of"
            : null;
        yield return LoadBalancerIp is null
        || (Service == GatewayService.LoadBalancer && IPAddress.TryParse(LoadBalancerIp, out _))
            ? null
            : $"LoadBalancerIp is '{LoadBalancerIp}', must be an address, and Service LoadBalancer";
        yield return ClientPort is null or (>= 1 and <= MostPort)
            ? null
            : $"ClientPort is {ClientPort}, must be 1–{MostPort}";
        yield return ClientAddress is "" ? "ClientAddress is empty" : null;
        yield return Mtu is >= LeastMtu and <= MostMtu ? null : $"Mtu is {Mtu}, must be {LeastMtu}–{MostMtu}";
    }
}

/// <summary>How a gateway is exposed: Kubernetes' types of Service.</summary>
public enum GatewayService
{
    /// <summary>By a load balancer; on k3s without another one that is the node's own address.</summary>
    LoadBalancer,

    /// <summary>By a port of every node.</summary>
    NodePort,

    /// <summary>Within the cluster only, for clusters that route each other's service addresses.</summary>
    ClusterIP,
}

using System.Text.Json;
using System.Text.Json.Serialization;

namespace HybridLlm.Liqo.Resources;

/// <summary>networking.liqo.io/v1beta1 Configuration: the ranges of a peer, and what they are called here.</summary>
internal sealed record Configuration : ClusterObject
{
    public ConfigurationSpec? Spec { get; init; }
    public ConfigurationStatus? Status { get; init; }

    /// <summary>Since 1.2 a condition tells; before, the mapped ranges themselves do.</summary>
    public bool IsReady =>
        Status?.Conditions?.LastOrDefault(c => c.Type == "NetworkCIDRsConfigured") is { } told
            ? told.Status == "True"
                && (told.ObservedGeneration is null || told.ObservedGeneration == Metadata.Generation)
            : Status?.Remote?.Cidr is { Pod: [_, ..], External: [_, ..] };
}

internal sealed record ConfigurationSpec
{
    public ClusterRanges? Remote { get; init; }
}

internal sealed record ConfigurationStatus
{
    public ClusterRanges? Remote { get; init; }
    public IReadOnlyList<Condition>? Conditions { get; init; }
}

internal sealed record ClusterRanges
{
    public RangeLists? Cidr { get; init; }
}

internal sealed record RangeLists
{
    public IReadOnlyList<string>? Pod { get; init; }
    public IReadOnlyList<string>? External { get; init; }
}

/// <summary>networking.liqo.io/v1beta1 GatewayServer: the end of the tunnel that is called.</summary>
internal sealed record GatewayServer : ClusterObject
{
    public GatewayServerSpec? Spec { get; init; }
    public GatewayServerStatus? Status { get; init; }
}

internal sealed record GatewayServerSpec
{
    public ServerEndpoint? Endpoint { get; init; }
    public int? Mtu { get; init; }
    public ObjectReference? ServerTemplateRef { get; init; }
}

internal sealed record ServerEndpoint
{
    public string? ServiceType { get; init; }
    public int? Port { get; init; }
    public int? NodePort { get; init; }

    [JsonPropertyName("loadBalancerIP")]
    public string? LoadBalancerIp { get; init; }
}

internal sealed record GatewayServerStatus
{
    public GatewayEndpoint? Endpoint { get; init; }
    public ObjectReference? SecretRef { get; init; }
}

internal sealed record GatewayEndpoint
{
    public IReadOnlyList<string>? Addresses { get; init; }
    public int? Port { get; init; }
    public string? Protocol { get; init; }
}

/// <summary>networking.liqo.io/v1beta1 GatewayClient: the end of the tunnel that calls.</summary>
internal sealed record GatewayClient : ClusterObject
{
    public GatewayClientSpec? Spec { get; init; }
    public GatewayClientStatus? Status { get; init; }
}

internal sealed record GatewayClientSpec
{
    public GatewayEndpoint? Endpoint { get; init; }
    public int? Mtu { get; init; }
    public ObjectReference? ClientTemplateRef { get; init; }
}

internal sealed record GatewayClientStatus
{
    public ObjectReference? SecretRef { get; init; }
}

internal sealed record ObjectReference
{
    public string? ApiVersion { get; init; }
    public string? Kind { get; init; }
    public string? Name { get; init; }
    public string? Namespace { get; init; }
}

/// <summary>networking.liqo.io/v1beta1 PublicKey: the WireGuard key of the other end, 32 bytes.</summary>
internal sealed record PublicKey : ClusterObject
{
    public PublicKeySpec? Spec { get; init; }
}

internal sealed record PublicKeySpec
{
    [JsonPropertyName("publicKey")]
    public byte[]? Key { get; init; }
}

/// <summary>networking.liqo.io/v1beta1 Connection: how the tunnel is, as a gateway's pod sees it.</summary>
internal sealed record Connection : ClusterObject
{
    public const string Connected = "Connected";

    public ConnectionStatus? Status { get; init; }
}

internal sealed record ConnectionStatus
{
    public string? Value { get; init; }
    public ConnectionLatency? Latency { get; init; }
}

internal sealed record ConnectionLatency
{
    public string? Value { get; init; }
}

/// <summary>networking.liqo.io/v1beta1 WgGatewayServerTemplate; any JSON.</summary>
internal sealed record GatewayTemplate : ClusterObject
{
    public JsonElement? Spec { get; init; }
}

/// <summary>ipam.liqo.io/v1alpha1 IP: an address that peers reach through the tunnel.</summary>
internal sealed record IpamAddress : ClusterObject
{
    public IpamAddressStatus? Status { get; init; }
}

internal sealed record IpamAddressStatus
{
    public string? Ip { get; init; }
}

using System.Text.Json.Nodes;
using HybridLlm.Testing.Kubernetes.Objects;

namespace HybridLlm.Testing.Liqo.Networking;

/// <summary>The two ends of a tunnel.</summary>
/// <param name="Kind">Kind of the object a client writes.</param>
/// <param name="Side">What a Connection calls this end.</param>
/// <param name="Reference">Field of its status that refers to what it was turned into.</param>
internal sealed record GatewayKind(string Kind, string Side, string Reference)
{
    public static readonly GatewayKind Server = new("GatewayServer", "Server", "serverRef");
    public static readonly GatewayKind Client = new("GatewayClient", "Client", "clientRef");

    public static readonly IReadOnlyList<GatewayKind> All = [Server, Client];

    /// <summary>Kind of what it is turned into.</summary>
    public string WireGuardKind => $"Wg{Kind}";

    /// <summary>Name of everything a gateway consists of.</summary>
    public static string PartName(JsonObject gateway) => $"gw-{gateway.Name()}";

    /// <summary>Whose gateway it is.</summary>
    public static string RemoteOf(JsonObject gateway) => gateway.Label(LiqoNames.RemoteId) ?? gateway.Name();
}

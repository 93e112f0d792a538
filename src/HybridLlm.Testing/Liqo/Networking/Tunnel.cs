using System.Net;
using System.Text.Json.Nodes;
using HybridLlm.Testing.Kubernetes;
using HybridLlm.Testing.Kubernetes.Objects;
using HybridLlm.Testing.Kubernetes.Serving;

namespace HybridLlm.Testing.Liqo.Networking;

/// <summary>
/// WireGuard between two emulated clusters: packets pass when the client calls an address of the server, and each side holds the key
/// that the other one has.
/// </summary>
internal sealed class Tunnel(LiqoContext context, GatewayKind kind)
{
    /// <summary>The key of the other side that a client has put here; null as long as there is none.</summary>
    public static string? PublicKeyOfPeer(ClusterClient client, string ns, string remoteId) =>
        client
            .List(LiqoNames.Networking, "PublicKey", ns)
            .FirstOrDefault(k =>
                k.Label(LiqoNames.RemoteId) == remoteId && k.Label(LiqoNames.GatewayResource) == "true"
            )
            .TextAt("spec", "publicKey");

    /// <summary>
    /// Whether a peer's proxy is reached at an address: the tunnel is up, and the address lies in the range under which the peer's
    /// external addresses are known here.
    /// </summary>
    public static bool LeadsTo(LiqoContext context, string remoteId, string proxy)
    {
        bool IsOfPeer(JsonObject o) => o.Label(LiqoNames.RemoteId) == remoteId;
        return IsConnected(context, remoteId)
            && Uri.TryCreate(proxy, UriKind.Absolute, out var address)
            && IPAddress.TryParse(address.Host, out var host)
            && context
                .Client.List(LiqoNames.Networking, "Configuration")
                .Where(IsOfPeer)
                .SelectMany(c => c.TextsAt("status", "remote", "cidr", "external"))
                .Any(r => IPNetwork.Parse(r).Contains(host));
    }

    public static bool IsConnected(LiqoContext context, string remoteId) =>
        context
            .Client.List(LiqoNames.Networking, "Connection")
            .Any(c => c.Label(LiqoNames.RemoteId) == remoteId && c.TextAt("status", "value") == "Connected");

    public bool IsUp(JsonObject gateway)
    {
        var here = new End(context.Client, gateway);
        var other = kind == GatewayKind.Server ? GatewayKind.Client : GatewayKind.Server;
        return context
            .Neighbours.Where(n => n.IsAlive)
            .Any(n =>
            {
                ClusterClient there = new(n.State, "liqo-gateway");
                return there
                    .List(LiqoNames.Networking, other.Kind)
                    .Any(g =>
                        !g.IsDeleting()
                        && Trust(here, new End(there, g))
                        && (
                            kind == GatewayKind.Server
                                ? Reaches(g, gateway, context.State)
                                : Reaches(gateway, g, n.State)
                        )
                    );
            });
    }

    private static bool Trust(End a, End b) =>
        a.OwnKey is not null && b.OwnKey is not null && a.PeerKey == b.OwnKey && b.PeerKey == a.OwnKey;

    private static bool Reaches(JsonObject client, JsonObject server, ClusterState serverCluster)
    {
        var addresses = server
            .TextsAt("status", "endpoint", "addresses")
            .Concat(serverCluster.Options.Nodes.Select(n => n.Address))
            .Concat(serverCluster.Options.TlsNames);
        ClusterClient there = new(serverCluster, "liqo-gateway");
        var port = there
            .Find("v1", "Service", server.Namespace(), GatewayKind.PartName(server))
            .ObjectsAt("spec", "ports")
            .FirstOrDefault();
        var called = client.NumberAt("spec", "endpoint", "port");
        return client.TextsAt("spec", "endpoint", "addresses").Any(addresses.Contains)
            && called is not null
            && (called == port.NumberAt("port") || called == port.NumberAt("nodePort"));
    }

    private sealed record End(string? OwnKey, string? PeerKey)
    {
        public End(ClusterClient client, JsonObject gateway)
            : this(
                client
                    .Find("v1", "Secret", gateway.Namespace(), GatewayKind.PartName(gateway))
                    .TextAt("data", "publicKey"),
                PublicKeyOfPeer(client, gateway.Namespace(), GatewayKind.RemoteOf(gateway))
            ) { }
    }
}

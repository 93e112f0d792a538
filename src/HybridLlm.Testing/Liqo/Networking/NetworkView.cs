using System.Text.Json.Nodes;
using HybridLlm.Testing.Kubernetes.Controllers;
using HybridLlm.Testing.Kubernetes.Objects;

namespace HybridLlm.Testing.Liqo.Networking;

/// <summary>What a ForeignCluster tells of the network with one peer.</summary>
internal static class NetworkView
{
    /// <summary>Nothing while there is no network with the peer.</summary>
    /// <param name="context">The cluster.</param>
    /// <param name="isOfPeer">Whether an object belongs to the peer.</param>
    public static IEnumerable<(string Type, string Value, string Reason, string Message)> Of(
        LiqoContext context,
        Func<JsonObject, bool> isOfPeer
    )
    {
        JsonObject? First(string kind) => context.Client.List(LiqoNames.Networking, kind).FirstOrDefault(isOfPeer);

        if (First("Configuration") is { } configuration)
        {
            var isReady =
                Conditions.IsTrue(configuration, "NetworkCIDRsConfigured")
                || configuration.ObjectAt("status", "remote", "cidr") is not null;
            yield return (
                "NetworkConfigurationStatus",
                isReady ? "Ready" : "NotReady",
                isReady ? "ConfigurationReady" : "ConfigurationNotReady",
                isReady ? "The network configuration is ready" : "The network configuration is not ready"
            );
        }

        foreach (var kind in GatewayKind.All)
        {
            if (First(kind.Kind) is { } gateway)
            {
                var isReady =
                    gateway.ObjectAt("status", "internalEndpoint") is not null
                    && (kind == GatewayKind.Client || gateway.ObjectAt("status", "endpoint") is not null);
                yield return (
                    $"Network{kind.Kind}Status",
                    isReady ? "Ready" : "NotReady",
                    isReady ? "GatewayReady" : "GatewayNotReady",
                    isReady ? "The gateway is ready" : "The gateway is not ready"
                );
            }
        }

        if (First("Connection") is { } connection)
        {
            yield return connection.TextAt("status", "value") switch
            {
                "Connected" => (
                    "NetworkConnectionStatus",
                    "Established",
                    "ConnectionEstablished",
                    "The network connection with the foreign cluster is established"
                ),
                "Error" => (
                    "NetworkConnectionStatus",
                    "Error",
                    "ConnectionError",
                    "The network connection with the foreign cluster is in error"
                ),
                _ => (
                    "NetworkConnectionStatus",
                    "Pending",
                    "ConnectionPending",
                    "The network connection with the foreign cluster is pending"
                ),
            };
        }
    }
}

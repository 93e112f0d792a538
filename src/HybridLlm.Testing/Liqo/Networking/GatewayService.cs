using System.Text.Json.Nodes;
using HybridLlm.Testing.Kubernetes.Objects;

namespace HybridLlm.Testing.Liqo.Networking;

/// <summary>The Service in front of a gateway server, and the address by which clients find it.</summary>
internal static class GatewayService
{
    private const int FirstNodePort = 30000;
    private const int NodePorts = 2768;

    /// <summary>Fills in what a gateway server asks of its Service.</summary>
    public static JsonObject Of(JsonObject service, JsonObject gateway)
    {
        JsonObject port = new()
        {
            ["name"] = "wireguard",
            ["port"] = Port(gateway),
            ["protocol"] = "UDP",
            ["targetPort"] = Port(gateway),
        };
        if (Type(gateway) != "ClusterIP")
        {
            port["nodePort"] = gateway.NumberAt("spec", "endpoint", "nodePort") ?? AnyNodePort(gateway);
        }

        JsonObject spec = new()
        {
            ["type"] = Type(gateway),
            ["ports"] = new JsonArray(port),
            ["selector"] = new JsonObject { ["networking.liqo.io/gateway-name"] = gateway.Name() },
        };
        if (gateway.TextAt("spec", "endpoint", "loadBalancerIP") is { Length: > 0 } wanted)
        {
            spec["loadBalancerIP"] = wanted;
        }

        service["spec"] = spec;
        return service;
    }

    public static bool IsAsAsked(JsonObject service, JsonObject gateway)
    {
        var port = service.ObjectsAt("spec", "ports").First();
        return service.TextAt("spec", "type") == Type(gateway)
            && port.NumberAt("port") == Port(gateway)
            && (
                gateway.NumberAt("spec", "endpoint", "nodePort") is not { } wanted
                || port.NumberAt("nodePort") == wanted
            );
    }

    /// <summary>What a load balancer's controller would do.</summary>
    public static void GiveAddress(LiqoContext context, JsonObject service)
    {
        if (
            service.TextAt("spec", "type") != "LoadBalancer"
            || context.Options.TunnelAnswer == TunnelAnswer.NoAddress
            || service.ObjectsAt("status", "loadBalancer", "ingress").Any()
        )
        {
            return;
        }

        var address = service.TextAt("spec", "loadBalancerIP") ?? NodeAddress(context);
        service.Make("status").Make("loadBalancer")["ingress"] = new JsonArray(new JsonObject { ["ip"] = address });
        context.Client.UpdateStatus(service);
    }

    /// <summary>Addresses and port of a gateway server; null while it has none.</summary>
    public static JsonObject? Endpoint(LiqoContext context, JsonObject gateway)
    {
        var service = context.Client.Find("v1", "Service", gateway.Namespace(), GatewayKind.PartName(gateway));
        var port = service.ObjectsAt("spec", "ports").FirstOrDefault();
        List<string> addresses = service.TextAt("spec", "type") switch
        {
            "LoadBalancer" =>
            [
                .. service.ObjectsAt("status", "loadBalancer", "ingress").Select(i => i.TextAt("ip")).OfType<string>(),
            ],
            "NodePort" => [NodeAddress(context)],
            "ClusterIP" => [service.TextAt("spec", "clusterIP") ?? ""],
            _ => [],
        };
        return addresses.Count == 0
            ? null
            : new JsonObject
            {
                ["addresses"] = addresses.ToList(),
                ["port"] = port.NumberAt(service.TextAt("spec", "type") == "NodePort" ? "nodePort" : "port"),
                ["protocol"] = "UDP",
            };
    }

    private static string NodeAddress(LiqoContext context) =>
        context.State.Options.Nodes is [var node, ..] ? node.Address : "127.0.0.1";

    private static string Type(JsonObject gateway) => gateway.TextAt("spec", "endpoint", "serviceType") ?? "ClusterIP";

    private static long Port(JsonObject gateway) => gateway.NumberAt("spec", "endpoint", "port") ?? 51840;

    private static long AnyNodePort(JsonObject gateway) =>
        FirstNodePort + (uint)string.GetHashCode(gateway.Uid(), StringComparison.Ordinal) % NodePorts;
}

using System.Text.Json.Nodes;
using HybridLlm.Testing.Kubernetes.Controllers;
using HybridLlm.Testing.Kubernetes.Objects;

namespace HybridLlm.Testing.Liqo.Networking;

/// <summary>On both sides: what the gateways' pods do, which is to connect to the other side and to tell how that goes.</summary>
internal sealed class ConnectionController(LiqoContext context, GatewayKind kind) : LiqoController(context)
{
    // Five pings are lost, two seconds apart, before a tunnel is given up.
    private static readonly TimeSpan s_untilLost = TimeSpan.FromSeconds(10);

    protected override IEnumerable<JsonObject> Objects() =>
        Client.List(LiqoNames.Networking, kind.Kind).Where(g => !g.IsDeleting());

    protected override DateTimeOffset? Reconcile(JsonObject gateway)
    {
        var remote = GatewayKind.RemoteOf(gateway);
        if (Tunnel.PublicKeyOfPeer(Client, gateway.Namespace(), remote) is null || !Runs(gateway))
        {
            return null;
        }

        var connection = Ensure(gateway, remote);
        var wait = $"tunnel {connection.Uid()}";
        if (Context.Patience.StillWaiting(wait, Context.Options.ConnectionTime) is { } due)
        {
            return Say(connection, "Connecting", due);
        }

        return Context.Options.TunnelAnswer switch
        {
            TunnelAnswer.StayConnecting => Say(connection, "Connecting", null),
            TunnelAnswer.Fail => Say(connection, "Error", null),
            TunnelAnswer.Flap => Flap(connection, wait),
            _ => Connect(gateway, connection, wait),
        };
    }

    private DateTimeOffset? Connect(JsonObject gateway, JsonObject connection, string wait)
    {
        var loss = $"loss of {wait}";
        if (new Tunnel(Context, kind).IsUp(gateway))
        {
            Context.Patience.Forget(loss);
            return Say(connection, "Connected", Context.Now + s_untilLost);
        }

        return Context.Patience.StillWaiting(loss, s_untilLost) is { } due
            ? due
            : Say(connection, "Error", Context.Now + s_untilLost);
    }

    private DateTimeOffset? Flap(JsonObject connection, string wait)
    {
        var turn = $"turn of {wait}";
        var isConnected = connection.TextAt("status", "value") == "Connected";
        if (connection.TextAt("status", "value") is "Connecting" or null)
        {
            Say(connection, "Error", null);
        }
        else if (Context.Patience.StillWaiting(turn, s_untilLost) is { } due)
        {
            return due;
        }
        else
        {
            Say(connection, isConnected ? "Error" : "Connected", null);
        }

        Context.Patience.Forget(turn);
        return Context.Patience.StillWaiting(turn, s_untilLost);
    }

    private bool Runs(JsonObject gateway) =>
        Client
            .Find("apps/v1", "Deployment", gateway.Namespace(), GatewayKind.PartName(gateway))
            .NumberAt("status", "readyReplicas") > 0;

    private JsonObject Ensure(JsonObject gateway, string remote)
    {
        var name = GatewayKind.PartName(gateway);
        if (Client.Find(LiqoNames.Networking, "Connection", gateway.Namespace(), name) is { } there)
        {
            return there;
        }

        var parts = Client.Find(LiqoNames.Networking, kind.WireGuardKind, gateway.Namespace(), gateway.Name())!;
        var connection = LiqoContext.New(
            LiqoNames.Networking,
            "Connection",
            gateway.Namespace(),
            name,
            (LiqoNames.RemoteId, remote)
        );
        connection.Metadata()["ownerReferences"] = new JsonArray(Owner.Reference(parts));
        connection["spec"] = new JsonObject
        {
            ["gatewayRef"] = new JsonObject
            {
                ["apiVersion"] = LiqoNames.Networking,
                ["kind"] = kind.WireGuardKind,
                ["name"] = gateway.Name(),
                ["namespace"] = gateway.Namespace(),
            },
            ["type"] = kind.Side,
        };
        return Client.Create(connection);
    }

    private DateTimeOffset? Say(JsonObject connection, string value, DateTimeOffset? next)
    {
        if (connection.TextAt("status", "value") != value)
        {
            JsonObject status = new() { ["value"] = value };
            if (value == "Connected")
            {
                status["latency"] = new JsonObject { ["timestamp"] = Context.NowText, ["value"] = "1ms" };
            }

            connection["status"] = status;
            Client.UpdateStatus(connection);
        }

        return next;
    }
}

using System.Text.Json.Nodes;
using HybridLlm.Testing.Kubernetes;
using HybridLlm.Testing.Kubernetes.Controllers;
using HybridLlm.Testing.Kubernetes.Objects;
using Org.BouncyCastle.Crypto.Parameters;
using Org.BouncyCastle.Security;

namespace HybridLlm.Testing.Liqo.Networking;

/// <summary>On both sides: makes keys, Deployment and, for a server, Service of each gateway, and tells how it is reached.</summary>
internal sealed class GatewayController(LiqoContext context, GatewayKind kind) : LiqoController(context)
{
    protected override IEnumerable<JsonObject> Objects() =>
        Client.List(LiqoNames.Networking, kind.Kind).Where(g => !g.IsDeleting());

    protected override DateTimeOffset? Reconcile(JsonObject gateway)
    {
        var parts = EnsureWireGuard(gateway);
        Client.Ensure(Keys(gateway, parts));
        Client.Ensure(Deployment(gateway, parts));
        if (kind == GatewayKind.Server)
        {
            EnsureService(gateway, parts);
        }

        if (Context.Patience.StillWaiting($"gateway {gateway.Uid()}", Context.Options.GatewayTime) is { } due)
        {
            return due;
        }

        WriteStatus(gateway, parts);
        return null;
    }

    private JsonObject EnsureWireGuard(JsonObject gateway)
    {
        var name = gateway.Name();
        if (Client.Find(LiqoNames.Networking, kind.WireGuardKind, gateway.Namespace(), name) is { } there)
        {
            return there;
        }

        var made = Part(LiqoNames.Networking, kind.WireGuardKind, gateway, gateway);
        made.Metadata()["name"] = name;
        JsonObject spec = new() { ["deployment"] = new JsonObject() };
        if (kind == GatewayKind.Server)
        {
            spec["service"] = new JsonObject();
        }

        made["spec"] = spec;
        return Client.Create(made);
    }

    private static JsonObject Keys(JsonObject gateway, JsonObject parts)
    {
        X25519PrivateKeyParameters key = new(new SecureRandom());
        var secret = Part("v1", "Secret", gateway, parts);
        secret.Metadata().Make("labels")[LiqoNames.GatewayResource] = "true";
        secret["data"] = new JsonObject
        {
            ["privateKey"] = Convert.ToBase64String(key.GetEncoded()),
            ["publicKey"] = Convert.ToBase64String(key.GeneratePublicKey().GetEncoded()),
        };
        return secret;
    }

    private JsonObject Deployment(JsonObject gateway, JsonObject parts)
    {
        JsonObject Labels() =>
            new() { ["networking.liqo.io/gateway-name"] = gateway.Name(), [LiqoNames.GatewayResource] = "true" };
        var deployment = Part("apps/v1", "Deployment", gateway, parts);
        JsonObject pod = new()
        {
            ["containers"] = new JsonArray(
                Container("gateway", $"--mode={kind.Side.ToLowerInvariant()}"),
                Container("wireguard", $"--mtu={gateway.NumberAt("spec", "mtu") ?? 1340}")
            ),
        };
        if (Context.Options.TunnelAnswer == TunnelAnswer.PodPending)
        {
            pod["nodeSelector"] = new JsonObject { ["liqo.io/gateway"] = "true" };
        }

        deployment["spec"] = new JsonObject
        {
            ["replicas"] = 1,
            ["selector"] = new JsonObject { ["matchLabels"] = Labels() },
            ["template"] = new JsonObject
            {
                ["metadata"] = new JsonObject { ["labels"] = Labels() },
                ["spec"] = pod,
            },
        };
        return deployment;
    }

    private JsonObject Container(string name, string arg) =>
        new()
        {
            ["name"] = name,
            ["image"] = $"ghcr.io/liqotech/gateway/{name}:{Context.Options.Version}",
            ["args"] = new JsonArray(arg),
        };

    private void EnsureService(JsonObject gateway, JsonObject parts)
    {
        var wanted = GatewayService.Of(Part("v1", "Service", gateway, parts), gateway);
        if (Client.Find("v1", "Service", gateway.Namespace(), GatewayKind.PartName(gateway)) is not { } there)
        {
            there = Client.Create(wanted);
        }
        else if (!GatewayService.IsAsAsked(there, gateway))
        {
            there.Make("spec")["type"] = wanted["spec"]!["type"]!.DeepClone();
            there.Make("spec")["ports"] = wanted["spec"]!["ports"]!.DeepClone();
            there = Client.Update(there);
        }

        GatewayService.GiveAddress(Context, there);
    }

    private void WriteStatus(JsonObject gateway, JsonObject parts)
    {
        var before = gateway.ObjectAt("status")?.Copy() ?? [];
        var status = gateway.Make("status");
        status[kind.Reference] = Reference(LiqoNames.Networking, kind.WireGuardKind, parts);
        status["secretRef"] = new JsonObject
        {
            ["name"] = GatewayKind.PartName(gateway),
            ["namespace"] = gateway.Namespace(),
        };
        if (IsReady(gateway) && Context.State.Options.Nodes is [var node, ..])
        {
            status["internalEndpoint"] = new JsonObject { ["ip"] = node.Address, ["node"] = node.Name };
            if (kind == GatewayKind.Server && GatewayService.Endpoint(Context, gateway) is { } endpoint)
            {
                status["endpoint"] = endpoint;
            }
        }

        if (!JsonNode.DeepEquals(before, status))
        {
            Client.UpdateStatus(gateway);
        }
    }

    private bool IsReady(JsonObject gateway) =>
        Client
            .Find("apps/v1", "Deployment", gateway.Namespace(), GatewayKind.PartName(gateway))
            .NumberAt("status", "readyReplicas") > 0;

    private static JsonObject Reference(string apiVersion, string kind, JsonObject o) =>
        new()
        {
            ["apiVersion"] = apiVersion,
            ["kind"] = kind,
            ["name"] = o.Name(),
            ["namespace"] = o.Namespace(),
        };

    private static JsonObject Part(string apiVersion, string kind, JsonObject gateway, JsonObject owner)
    {
        var part = FirstObjects.New(apiVersion, kind, GatewayKind.PartName(gateway), gateway.Namespace());
        part.Metadata()["labels"] = new JsonObject
        {
            [LiqoNames.Managed] = "true",
            [LiqoNames.RemoteId] = GatewayKind.RemoteOf(gateway),
        };
        part.Metadata()["ownerReferences"] = new JsonArray(Owner.Reference(owner));
        return part;
    }
}

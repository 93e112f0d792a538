using System.Text;
using System.Text.Json.Nodes;
using HybridLlm.Testing.Kubernetes.Controllers;
using HybridLlm.Testing.Kubernetes.Objects;
using HybridLlm.Testing.Liqo.Networking;

namespace HybridLlm.Testing.Liqo.Peering;

/// <summary>What a cluster's objects say about one peer, in the form of a ForeignCluster's status.</summary>
internal sealed class PeerView
{
    private readonly LiqoContext _context;
    private readonly JsonObject _foreign;
    private readonly JsonObject? _tenant;
    private readonly JsonObject? _identity;
    private readonly List<JsonObject> _virtualNodes;
    private readonly JsonNode[] _network;

    public PeerView(LiqoContext context, JsonObject foreign)
    {
        _context = context;
        _foreign = foreign;
        bool IsOfPeer(JsonObject o) => o.Label(LiqoNames.RemoteId) == foreign.Name();
        var client = context.Client;
        _tenant = client.List(LiqoNames.Authentication, "Tenant").FirstOrDefault(IsOfPeer);
        _identity = client
            .List(LiqoNames.Authentication, "Identity")
            .FirstOrDefault(i => IsOfPeer(i) && i.TextAt("spec", "type") == "ControlPlane");
        _virtualNodes = [.. client.List(LiqoNames.Offloading, "VirtualNode").Where(IsOfPeer)];
        _network = [.. NetworkView.Of(context, IsOfPeer).Select(c => Condition(c.Type, c.Value, c.Reason, c.Message))];
    }

    /// <summary>Where the peer's API server is, also after its identity has gone; null when the peer is no provider.</summary>
    public string? ApiServer =>
        _identity.TextAt("spec", "authParams", "apiServer") ?? _foreign.TextAt("status", "apiServerUrl");

    /// <summary>The proxy by which it is called; null when it is called directly.</summary>
    public string? Proxy =>
        _identity is null
            ? _foreign.TextAt("status", "foreignProxyUrl")
            : _identity.TextAt("spec", "authParams", "proxyURL");

    /// <summary>Its authority in PEM; null when that is not known any more.</summary>
    public string? Authority =>
        _identity.TextAt("spec", "authParams", "ca") is { } ca
            ? Encoding.ASCII.GetString(Convert.FromBase64String(ca))
            : null;

    /// <summary>The status.</summary>
    /// <param name="answers">Whether its API server answers; null when the peer is no provider.</param>
    public JsonObject Summarise(bool? answers)
    {
        var isProvider = ApiServer is not null;
        JsonObject status = new()
        {
            ["modules"] = new JsonObject
            {
                ["authentication"] = Module(_tenant is not null || isProvider, [.. AuthenticationConditions()]),
                ["networking"] = Module(_network.Length > 0, _network),
                ["offloading"] = Module(_virtualNodes.Count > 0, [.. OffloadingConditions()]),
            },
            ["observedGeneration"] = _foreign["metadata"]!["generation"]!.DeepClone(),
            ["role"] =
                isProvider || _virtualNodes.Count > 0
                    ? _tenant is null
                        ? "Provider"
                        : "ConsumerAndProvider"
                    : _tenant is null
                        ? "Unknown"
                        : "Consumer",
            ["tenantNamespace"] = Namespaces(),
        };
        if (isProvider)
        {
            status["apiServerUrl"] = ApiServer;
            if (Proxy is { } proxy)
            {
                status["foreignProxyUrl"] = proxy;
            }

            status["conditions"] = new JsonArray(
                answers == true
                    ? Condition(
                        "APIServerStatus",
                        "Established",
                        "APIServerReady",
                        "The foreign cluster API Server is ready"
                    )
                    : Condition(
                        "APIServerStatus",
                        "Error",
                        "APIServerNotReady",
                        "The foreign cluster API Server is not ready"
                    )
            );
        }

        return status;
    }

    private IEnumerable<JsonNode> AuthenticationConditions()
    {
        if (_identity is not null)
        {
            yield return _identity.ObjectAt("status", "kubeconfigSecretRef") is not null
                ? Condition(
                    "AuthIdentityControlPlaneStatus",
                    "Ready",
                    "IdentityReady",
                    "The identity has been successfully configured"
                )
                : Condition(
                    "AuthIdentityControlPlaneStatus",
                    "NotReady",
                    "IdentityNotReady",
                    "The identity is not correctly configured"
                );
        }

        if (_tenant is not null)
        {
            yield return _tenant.ObjectAt("status", "authParams") is not null
                ? Condition("AuthTenantStatus", "Ready", "TenantReady", "The tenant has been successfully configured")
                : Condition("AuthTenantStatus", "NotReady", "TenantNotReady", "The tenant is not correctly configured");
        }
    }

    private IEnumerable<JsonNode> OffloadingConditions()
    {
        if (_virtualNodes.Count == 0)
        {
            yield break;
        }

        yield return Condition(
            "OffloadingVirtualNodeStatus",
            "Ready",
            "VirtualNodesReady",
            "All virtual nodes are ready"
        );
        var isReady = _virtualNodes.All(v =>
            _context.Client.Find("v1", "Node", "", v.Name()) is { } node && Conditions.IsTrue(node, "Ready")
        );
        yield return isReady
            ? Condition("OffloadingNodeStatus", "Ready", "NodesReady", "All nodes are ready")
            : Condition("OffloadingNodeStatus", "NotReady", "NodesNotReady", "All nodes are not ready");
    }

    private JsonObject Namespaces()
    {
        JsonObject namespaces = [];
        if ((_identity ?? _tenant)?.Namespace() is { } local)
        {
            namespaces["local"] = local;
        }

        if (_identity.TextAt("spec", "namespace") is { } remote)
        {
            namespaces["remote"] = remote;
        }

        return namespaces;
    }

    private JsonObject Condition(string type, string value, string reason, string message)
    {
        var before = _foreign
            .ObjectsAt("status", "conditions")
            .Concat(_foreign.ObjectsAt("status", "modules", "authentication", "conditions"))
            .Concat(_foreign.ObjectsAt("status", "modules", "offloading", "conditions"))
            .Concat(_foreign.ObjectsAt("status", "modules", "networking", "conditions"))
            .FirstOrDefault(c => c.TextAt("type") == type && c.TextAt("status") == value);
        return new JsonObject
        {
            ["lastTransitionTime"] = before.TextAt("lastTransitionTime") ?? _context.NowText,
            ["message"] = message,
            ["reason"] = reason,
            ["status"] = value,
            ["type"] = type,
        };
    }

    private static JsonObject Module(bool isEnabled, JsonNode[] conditions)
    {
        JsonObject module = new() { ["enabled"] = isEnabled };
        if (conditions.Length > 0)
        {
            module["conditions"] = new JsonArray(conditions);
        }

        return module;
    }
}

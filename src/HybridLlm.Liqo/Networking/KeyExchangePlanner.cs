using HybridLlm.Liqo.Clusters;
using HybridLlm.Liqo.Observing;
using HybridLlm.Liqo.Peering;
using HybridLlm.Liqo.Resources;
using HybridLlm.Liqo.Steps;

namespace HybridLlm.Liqo.Networking;

/// <summary>Each gateway's public key goes to the other cluster, and the tunnel comes up.</summary>
internal static class KeyExchangePlanner
{
    public static IEnumerable<PlannedStep> Steps(GatewaySpec spec, TimeSpan patience, PairFacts facts) =>
        [.. Keys(patience, facts, spec.Server, spec.Client), .. Keys(patience, facts, spec.Client, spec.Server)];

    /// <summary>Waits until both ends say that the tunnel carries packets. An error may pass: it is not the end.</summary>
    public static IEnumerable<PlannedStep> ConnectionSteps(GatewaySpec spec, TimeSpan patience, PairFacts facts)
    {
        foreach (var side in new[] { spec.Server, spec.Client })
        {
            var connections = NetworkObjects.ConnectionsOn(facts, side);
            if (connections.Count > 1)
            {
                throw new LiqoRefusedException(
                    LiqoRefusal.GatewayFailing,
                    $"The {side} has {connections.Count} connections with '{facts.PeerOf(side)}'.",
                    "Disconnect the network, then connect it again."
                );
            }

            if (connections is not [{ Status.Value: Connection.Connected }])
            {
                yield return new WaitStep(
                    NetworkObjects.Part(facts, side, Kinds.Connection, facts.PeerOf(side)),
                    "the tunnel to carry packets"
                )
                {
                    Targets = [NetworkObjects.Of(facts, side, Kinds.Connection)],
                    Patience = patience,
                    LastObserved = connections is [var one]
                        ? $"the connection is {one.Status?.Value ?? "new"}"
                        : "there is no connection yet",
                    Remedy =
                        "UDP must pass from the calling cluster's nodes to the called gateway's address and port; behind NAT or a "
                        + "mesh give ClientAddress and ClientPort, and an Mtu of at most the way's own less 60.",
                };
            }
        }
    }

    private static IEnumerable<PlannedStep> Keys(TimeSpan patience, PairFacts facts, ClusterSide from, ClusterSide to)
    {
        var (gateway, secret) = Gateway(facts, from);
        ObjectKey source = new(
            from,
            Kinds.Secret,
            facts.NamespaceOf(from),
            secret ?? LiqoNames.GatewayPartOf(gateway.Name)
        );
        var key = facts.World.Find(source) is Secret keys ? keys.Value(SecretKeys.PublicKey) : null;
        if (key is null || secret is null)
        {
            key = null;
            yield return new WaitStep(source, "the gateway's public key")
            {
                Targets = [Target.On(gateway), Target.On(source)],
                Patience = patience,
                LastObserved = secret is null ? "the gateway names no keys yet" : "the Secret holds no public key yet",
                Remedy = "Look at Liqo's controller manager on this cluster.",
            };
        }

        const string Purpose = "the other gateway's public key";
        var target = NetworkObjects.KeyOf(facts, to, Kinds.PublicKey);
        if (key is null || Owner(facts, to) is not { } owner)
        {
            if (facts.World.Find(target) is null)
            {
                yield return new CreateStep(target, null, Purpose);
            }
        }
        else if (Ensure.AsWanted(facts.World, target, Wanted(facts, target, key, owner), Purpose) is { } write)
        {
            yield return write;
        }
    }

    private static PublicKey Wanted(PairFacts facts, ObjectKey target, byte[] key, OwnerReference owner) =>
        new()
        {
            Metadata = new ObjectMeta
            {
                Name = target.Name,
                Namespace = target.Namespace,
                Labels = new Dictionary<string, string>
                {
                    [LiqoNames.RemoteClusterId] = facts.PeerOf(target.Cluster),
                    [LiqoNames.GatewayResource] = "true",
                },
                OwnerReferences = [owner],
            },
            Spec = new PublicKeySpec { Key = key },
        };

    /// <summary>A cluster's gateway, of either kind, and the Secret with its keys.</summary>
    private static (ObjectKey Gateway, string? Secret) Gateway(PairFacts facts, ClusterSide side) =>
        NetworkObjects.ServerOn(facts, side) is { } server
            ? (ObjectKey.Of(side, Kinds.GatewayServer, server), server.Status?.SecretRef?.Name)
        : NetworkObjects.ClientOn(facts, side) is { } client
            ? (ObjectKey.Of(side, Kinds.GatewayClient, client), client.Status?.SecretRef?.Name)
        : (NetworkObjects.KeyOf(facts, side, Kinds.GatewayServer), null);

    private static OwnerReference? Owner(PairFacts facts, ClusterSide side)
    {
        var (key, _) = Gateway(facts, side);
        return facts.World.Find(key)?.Metadata.Uid is { } uid
            ? new OwnerReference
            {
                ApiVersion = key.Kind.ApiVersion,
                Kind = key.Kind.Kind,
                Name = key.Name,
                Uid = uid,
            }
            : null;
    }
}

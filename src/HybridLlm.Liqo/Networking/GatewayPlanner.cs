using HybridLlm.Liqo.Clusters;
using HybridLlm.Liqo.Observing;
using HybridLlm.Liqo.Peering;
using HybridLlm.Liqo.Resources;
using HybridLlm.Liqo.Steps;

namespace HybridLlm.Liqo.Networking;

/// <summary>The two ends of the tunnel: the one that is called first, since the caller must know its address.</summary>
internal static class GatewayPlanner
{
    private const string NetworkApi = "networking.liqo.io/v1beta1";

    public static IEnumerable<PlannedStep> Steps(GatewaySpec spec, TimeSpan patience, PairFacts facts) =>
        [.. ServerSteps(spec, patience, facts), .. ClientSteps(spec, patience, facts)];

    /// <summary>Whether the server stands with another endpoint: Liqo's controllers do not follow a change of it.</summary>
    public static bool IsToBeReplaced(GatewaySpec spec, PairFacts facts) =>
        NetworkObjects.ServerOn(facts, spec.Server) is { } there
        && (
            there.IsGoing
            || there.Spec?.Endpoint
                != Server(spec, facts, NetworkObjects.KeyOf(facts, spec.Server, Kinds.GatewayServer)).Spec!.Endpoint
        );

    private static IEnumerable<PlannedStep> ServerSteps(GatewaySpec spec, TimeSpan patience, PairFacts facts)
    {
        const string Purpose = "the gateway that is called";
        ThrowIfUnsuitable(spec, facts);
        var key = NetworkObjects.KeyOf(facts, spec.Server, Kinds.GatewayServer);
        var there = NetworkObjects.ServerOn(facts, spec.Server);
        var wanted = Server(spec, facts, key);
        if (Ensure.AsWanted(facts.World, key, wanted, Purpose) is { } write)
        {
            yield return write;
        }

        ThrowIfFailing(facts, spec.Server, key.Name);
        if (there?.Status?.Endpoint?.Addresses is not [_, ..] || !Runs(facts, spec.Server, key.Name))
        {
            yield return Started(
                patience,
                facts,
                key,
                "the called gateway to run and to have an address",
                there?.Status?.Endpoint?.Addresses is [_, ..] ? "it has an address"
                    : spec.Service == GatewayService.LoadBalancer ? "its Service of type LoadBalancer has no address"
                    : "it tells no address"
            );
        }
    }

    private static IEnumerable<PlannedStep> ClientSteps(GatewaySpec spec, TimeSpan patience, PairFacts facts)
    {
        const string Purpose = "the gateway that calls";
        var key = NetworkObjects.KeyOf(facts, spec.Client, Kinds.GatewayClient);
        var there = NetworkObjects.ClientOn(facts, spec.Client);
        if (Client(spec, facts, key) is not { } wanted)
        {
            if (there is null)
            {
                yield return new CreateStep(key, null, Purpose);
            }
        }
        else if (Ensure.AsWanted(facts.World, key, wanted, Purpose) is { } write)
        {
            yield return write;
        }

        ThrowIfFailing(facts, spec.Client, key.Name);
        if (!Runs(facts, spec.Client, key.Name))
        {
            yield return Started(patience, facts, key, "the calling gateway to run", "its pod does not run yet");
        }
    }

    private static GatewayServer Server(GatewaySpec spec, PairFacts facts, ObjectKey key) =>
        new()
        {
            Metadata = Meta(facts, key),
            Spec = new GatewayServerSpec
            {
                Endpoint = new ServerEndpoint
                {
                    ServiceType = spec.Service.ToString(),
                    Port = spec.Port,
                    NodePort = spec.NodePort,
                    LoadBalancerIp = spec.LoadBalancerIp,
                },
                Mtu = spec.Mtu,
                ServerTemplateRef = Template(facts, spec.Server, Kinds.ServerTemplate.Kind, LiqoNames.ServerTemplate),
            },
        };

    /// <summary>Null while the server's address is not known.</summary>
    private static GatewayClient? Client(GatewaySpec spec, PairFacts facts, ObjectKey key)
    {
        var told = NetworkObjects.ServerOn(facts, spec.Server) is { IsGoing: false } server
            ? server.Status?.Endpoint
            : null;
        if (told?.Addresses is not [_, ..])
        {
            return null;
        }

        return new GatewayClient
        {
            Metadata = Meta(facts, key),
            Spec = new GatewayClientSpec
            {
                Endpoint = new GatewayEndpoint
                {
                    Addresses = spec.ClientAddress is { } address ? [address] : told.Addresses,
                    Port = spec.ClientPort ?? told.Port,
                    Protocol = "UDP",
                },
                Mtu = spec.Mtu,
                ClientTemplateRef = Template(facts, spec.Client, "WgGatewayClientTemplate", LiqoNames.ClientTemplate),
            },
        };
    }

    private static ObjectMeta Meta(PairFacts facts, ObjectKey key) =>
        new()
        {
            Name = key.Name,
            Namespace = key.Namespace,
            Labels = new Dictionary<string, string> { [LiqoNames.RemoteClusterId] = facts.PeerOf(key.Cluster) },
        };

    private static ObjectReference Template(PairFacts facts, ClusterSide side, string kind, string name) =>
        new()
        {
            ApiVersion = NetworkApi,
            Kind = kind,
            Name = name,
            Namespace = facts.LiqoNamespaceOf(side),
        };

    private static bool Runs(PairFacts facts, ClusterSide side, string gateway) =>
        facts.World.Find(NetworkObjects.Part(facts, side, Kinds.Deployment, gateway))
            is Deployment { Status.ReadyReplicas: > 0 };

    private static WaitStep Started(
        TimeSpan patience,
        PairFacts facts,
        ObjectKey key,
        string purpose,
        string lastObserved
    ) =>
        new(key, purpose)
        {
            Targets =
            [
                Target.On(key),
                Target.On(NetworkObjects.Part(facts, key.Cluster, Kinds.Deployment, key.Name)),
                new Target(key.Cluster, new Selection(Kinds.Pod, key.Namespace)) { IsOptional = true },
            ],
            Patience = patience,
            LastObserved = string.Join(
                "; ",
                Pods(facts, key.Cluster, key.Name)
                    .Select(p => $"pod {p.Name}: {PodComplaints.Of(p)}")
                    .Prepend(lastObserved)
            ),
            Remedy =
                "Without an address: the cluster has no load balancer; use GatewayService.NodePort, with ClientAddress and "
                + "ClientPort. Without a pod: its kernel needs WireGuard, and its namespace pod-security 'privileged'.",
        };

    private static IEnumerable<Pod> Pods(PairFacts facts, ClusterSide side, string gateway) =>
        facts
            .World.All(side, Kinds.Pod)
            .Where(p =>
                p.Namespace == facts.NamespaceOf(side)
                && p.Name.StartsWith($"{LiqoNames.GatewayPartOf(gateway)}-", StringComparison.Ordinal)
            );

    private static void ThrowIfFailing(PairFacts facts, ClusterSide side, string gateway)
    {
        if (PodComplaints.Hopeless(Pods(facts, side, gateway)) is { } complaint)
        {
            throw new LiqoRefusedException(
                LiqoRefusal.GatewayFailing,
                $"On the {side}, the gateway '{gateway}' does not start: {complaint.Reason}: {complaint.Message}.",
                $"Look at its pod in namespace '{facts.NamespaceOf(side)}': its image, and whether the kernel has WireGuard."
            );
        }
    }

    /// <summary>A template without the field would ignore it in silence.</summary>
    private static void ThrowIfUnsuitable(GatewaySpec spec, PairFacts facts)
    {
        var template = facts.World.Find(
            spec.Server,
            Kinds.ServerTemplate,
            facts.LiqoNamespaceOf(spec.Server),
            LiqoNames.ServerTemplate
        );
        var text = template?.Spec?.GetRawText();
        var missing = new[]
        {
            (spec.NodePort is not null, "nodePort"),
            (spec.LoadBalancerIp is not null, "loadBalancerIP"),
        }
            .Where(f => f.Item1 && text is not null)
            .Select(f => f.Item2)
            .Where(f =>
                !text!.Contains($"\"{f}\":", StringComparison.Ordinal)
                && !text.Contains($"\"?{f}\":", StringComparison.Ordinal)
            )
            .ToList();
        if (missing.Count > 0)
        {
            throw new LiqoRefusedException(
                LiqoRefusal.GatewayTemplateUnsuitable,
                $"The gateway template '{LiqoNames.ServerTemplate}' of the {spec.Server} does not take {string.Join(" and ", missing)}.",
                "Install Liqo's own template, or leave NodePort and LoadBalancerIp unset."
            );
        }
    }
}

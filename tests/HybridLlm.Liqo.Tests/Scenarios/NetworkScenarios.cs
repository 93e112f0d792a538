using HybridLlm.Liqo.Clusters;
using HybridLlm.Liqo.Networking;
using HybridLlm.Liqo.Peering;
using HybridLlm.Liqo.Steps;
using HybridLlm.Liqo.Tests.Wire;
using HybridLlm.Testing.Liqo;
using HybridLlm.Testing.Liqo.Networking;

namespace HybridLlm.Liqo.Tests.Scenarios;

/// <summary>Peerings over Liqo's own network, and the network by itself.</summary>
internal static class NetworkScenarios
{
    private static readonly GatewaySpec s_nodePort = new() { Service = GatewayService.NodePort, NodePort = 30840 };

    public static IReadOnlyList<Scenario> All { get; } =
    [
        Peer("peer with network on", "`HasNetworking` on both sides", new GatewaySpec()),
        Peer("gateway on the consumer", "the same", new GatewaySpec { Server = ClusterSide.Consumer }),
        Peer("node port asked for", "the same; `spec.endpoint` of the GatewayServer", s_nodePort),
        Peer("MTU asked for", "the same", s_nodePort with { Mtu = 1240 }),
        Peer("in-band", "the same, and `HasProxy`", new GatewaySpec(), inBand: true),
        Peer("in-band without the proxy", "`HasProxy` false", new GatewaySpec(), inBand: true) with
        {
            Provider = o => (o.HasNetworking, o.HasProxy) = (true, false),
            Refusal = LiqoRefusal.ProxyMissing,
        },
        Peer("network module off", "`HasNetworking` false on the provider", new GatewaySpec()) with
        {
            Provider = null,
            Refusal = LiqoRefusal.NetworkModuleOff,
        },
        Peer("Configuration of Liqo 1.1, without condition", "`Version = \"v1.1.2\"`", new GatewaySpec()) with
        {
            Provider = OfVersion11,
            Consumer = OfVersion11,
        },
        Peer("server without address", "`TunnelAnswer.NoAddress`", new GatewaySpec(), patience: Scenario.Short) with
        {
            Provider = o => (o.HasNetworking, o.TunnelAnswer) = (true, TunnelAnswer.NoAddress),
            Error = typeof(WaitTimedOutException),
        },
        Peer("gateway's pod pending", "`TunnelAnswer.PodPending`", new GatewaySpec(), patience: Scenario.Short) with
        {
            Provider = o => (o.HasNetworking, o.TunnelAnswer) = (true, TunnelAnswer.PodPending),
            Error = typeof(WaitTimedOutException),
        },
        Peer("Connection in Error", "`TunnelAnswer.Fail`", new GatewaySpec(), patience: Scenario.Short) with
        {
            Provider = o => (o.HasNetworking, o.TunnelAnswer) = (true, TunnelAnswer.Fail),
            Error = typeof(WaitTimedOutException),
        },
        Peer("Connection flapping", "`TunnelAnswer.Flap`", new GatewaySpec()) with
        {
            Provider = o => (o.HasNetworking, o.TunnelAnswer) = (true, TunnelAnswer.Flap),
            After = PeeringScenarios.StandsAsync,
        },
        Network("connect the network", "`HasNetworking` on both sides", c => c.Connect(s_nodePort, Scenario.Unhurried)),
        Network(
            "GatewayServer endpoint change",
            "the same; it is made anew",
            c => c.Connect(s_nodePort with { NodePort = 30841 }, Scenario.Unhurried)
        ) with
        {
            Before = ConnectAsync,
        },
        Network("disconnect the network", "the same", c => c.Disconnect(Scenario.Unhurried)) with
        {
            Before = ConnectAsync,
            After = two => IsConnectedAsync(two, wanted: false),
        },
        Network("reset the network", "the same", c => c.Reset(Scenario.Unhurried)) with
        {
            Before = ConnectAsync,
            After = two => IsConnectedAsync(two, wanted: false),
        },
    ];

    private static Scenario Peer(
        string name,
        string shown,
        GatewaySpec gateway,
        bool inBand = false,
        TimeSpan? patience = null
    )
    {
        var spec = Federation.Spec with
        {
            Network = NetworkFabric.Liqo,
            Gateway = gateway,
            InBand = inBand,
            Patience = patience ?? Scenario.Unhurried,
        };
        return PeeringScenarios.Peer(name, shown, spec) with
        {
            Provider = Networked,
            Consumer = Networked,
            After = two => IsConnectedAsync(two, wanted: true),
        };
    }

    private static Scenario Network(string name, string shown, Func<NetworkConnector, LiqoOperation> operation) =>
        new(name, shown, "network")
        {
            Provider = Networked,
            Consumer = Networked,
            Do = two => Task.FromResult(ScenarioVerb.Of(operation(Connector(two)))),
            After = two => IsConnectedAsync(two, wanted: true),
        };

    private static void Networked(EmulatedLiqoOptions options) => options.HasNetworking = true;

    private static void OfVersion11(EmulatedLiqoOptions options) =>
        (options.HasNetworking, options.Version) = (true, "v1.1.2");

    private static Task ConnectAsync(Federation two) =>
        Federation.DoAsync(Connector(two).Connect(s_nodePort, Scenario.Unhurried));

    private static async Task IsConnectedAsync(Federation two, bool wanted) =>
        (await Connector(two).ReadAsync(TestContext.Current.CancellationToken)).IsConnected.ShouldBe(wanted);

    private static NetworkConnector Connector(Federation two) => new(two.Home.Liqo, two.Rented.Liqo);
}

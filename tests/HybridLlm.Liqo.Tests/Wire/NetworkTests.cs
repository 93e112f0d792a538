using HybridLlm.Liqo.Clusters;
using HybridLlm.Liqo.Networking;
using HybridLlm.Liqo.Peering;
using HybridLlm.Liqo.Resources;
using HybridLlm.Liqo.Steps;
using HybridLlm.Testing.Liqo;
using HybridLlm.Testing.Liqo.Networking;
using k8s;

namespace HybridLlm.Liqo.Tests.Wire;

/// <summary>Peerings over Liqo's own network, and the network by itself.</summary>
public sealed class NetworkTests
{
    private static readonly TimeSpan s_patience = TimeSpan.FromMinutes(40);

    public static TheoryData<GatewaySpec, bool> Gateways =>
        new()
        {
            { new GatewaySpec(), false },
            { new GatewaySpec(), true },
            {
                new GatewaySpec { Server = ClusterSide.Consumer },
                false
            },
            {
                new GatewaySpec { Service = GatewayService.NodePort, Mtu = 1240 },
                false
            },
        };

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Theory]
    [MemberData(nameof(Gateways))]
    public async Task A_peering_over_the_tunnel_stands_is_kept_and_goes_without_a_trace(
        GatewaySpec gateway,
        bool inBand
    )
    {
        await using var two = await StartAsync();
        var spec = Spec(gateway) with { InBand = inBand };

        (await two.PeerAsync(spec: spec)).Phase.ShouldBe(PeeringPhase.Ready);

        NetworkConnector connector = new(two.Home.Liqo, two.Rented.Liqo);
        (await connector.ReadAsync(Stop)).IsConnected.ShouldBeTrue();
        var (home, rented) = (two.Home.Writes, two.Rented.Writes);
        (await two.PeerAsync(spec: spec)).Phase.ShouldBe(PeeringPhase.Ready);
        (two.Home.Writes, two.Rented.Writes).ShouldBe((home, rented));

        await two.UnpeerAsync();
        two.Changes().ShouldBeEmpty();
    }

    [Fact]
    public async Task The_port_and_address_asked_for_are_the_ones_that_are_called()
    {
        await using var two = await StartAsync();
        GatewaySpec gateway = new()
        {
            Service = GatewayService.NodePort,
            NodePort = 30840,
            ClientPort = 30840,
            ClientAddress = two.Rented.Cluster.Server.Host == "127.0.0.1" ? await NodeAddressAsync(two) : "",
            Mtu = 1240,
        };

        await ConnectAsync(two, gateway);

        var client = (GatewayClient)
            (await GetAsync(two.Home, Kinds.GatewayClient, "liqo-tenant-aws-gpu-1", "aws-gpu-1"))!;
        client.Spec!.Endpoint!.Port.ShouldBe(30840);
        client.Spec.Endpoint.Addresses.ShouldBe([gateway.ClientAddress]);
        client.Spec.Mtu.ShouldBe(1240);
        var status = await new NetworkConnector(two.Home.Liqo, two.Rented.Liqo).ReadAsync(Stop);
        status.IsConnected.ShouldBeTrue();
        status.Provider.Port.ShouldBe(30840);
    }

    [Fact]
    public async Task Another_port_makes_the_gateway_anew_and_the_tunnel_comes_back()
    {
        await using var two = await StartAsync();
        await ConnectAsync(two, new GatewaySpec { Service = GatewayService.NodePort, NodePort = 30840 });
        List<LiqoStep> steps = [];

        await ConnectAsync(two, new GatewaySpec { Service = GatewayService.NodePort, NodePort = 30841 }, steps);

        steps
            .Where(s => s.Kind == "GatewayServer" && s.Verb != LiqoVerb.Wait)
            .Select(s => s.Verb)
            .ShouldBe([LiqoVerb.Delete, LiqoVerb.Create]);
        (await new NetworkConnector(two.Home.Liqo, two.Rented.Liqo).ReadAsync(Stop)).IsConnected.ShouldBeTrue();
    }

    [Fact]
    public async Task A_network_is_disconnected_and_reset_and_doing_so_twice_writes_nothing()
    {
        await using var two = await StartAsync();
        await ConnectAsync(two, new GatewaySpec());
        NetworkConnector connector = new(two.Home.Liqo, two.Rented.Liqo);

        await Federation.DoAsync(connector.Disconnect(s_patience));
        var ended = await connector.ReadAsync(Stop);
        ended.IsConnected.ShouldBeFalse();
        ended.Consumer.PeerPodRanges.ShouldNotBeEmpty();

        await Federation.DoAsync(connector.Reset(s_patience));
        (await connector.ReadAsync(Stop)).Consumer.PeerPodRanges.ShouldBeEmpty();
        (await connector.Reset().PlanAsync(Stop)).Steps.ShouldBeEmpty();
    }

    [Fact]
    public async Task Without_the_module_the_network_is_refused_before_anything_is_written()
    {
        await using var two = await Federation.StartAsync(consumer: o => o.HasNetworking = true);
        var (home, rented) = (two.Home.Writes, two.Rented.Writes);

        var refusal = await Should.ThrowAsync<LiqoRefusedException>(() => two.PeerAsync(spec: Spec(new GatewaySpec())));

        refusal.Refusal.ShouldBe(LiqoRefusal.NetworkModuleOff);
        refusal.Remedy.ShouldContain("networking.enabled");
        (two.Home.Writes, two.Rented.Writes).ShouldBe((home, rented));
    }

    [Fact]
    public async Task In_band_without_the_proxy_is_refused()
    {
        await using var two = await StartAsync(o => o.HasProxy = false);

        var refusal = await Should.ThrowAsync<LiqoRefusedException>(() =>
            two.PeerAsync(spec: Spec(new GatewaySpec()) with { InBand = true })
        );

        refusal.Refusal.ShouldBe(LiqoRefusal.ProxyMissing);
    }

    [Theory]
    [InlineData(TunnelAnswer.NoAddress, "GatewayServer", "LoadBalancer has no address")]
    [InlineData(TunnelAnswer.PodPending, "GatewayServer", "pod gw-")]
    [InlineData(TunnelAnswer.StayConnecting, "Connection", "Connecting")]
    [InlineData(TunnelAnswer.Fail, "Connection", "Error")]
    public async Task A_tunnel_that_does_not_come_up_says_where_it_stands(TunnelAnswer answer, string kind, string seen)
    {
        await using var two = await StartAsync(o => o.TunnelAnswer = answer);
        var spec = Spec(new GatewaySpec()) with { Patience = TimeSpan.FromMinutes(10) };

        var late = await Should.ThrowAsync<WaitTimedOutException>(() => two.PeerAsync(spec: spec));

        late.Step.Kind.ShouldBe(kind);
        late.LastObserved.ShouldContain(seen);
        late.Remedy.ShouldNotBeEmpty();
    }

    [Fact]
    public async Task A_tunnel_that_flaps_is_waited_for()
    {
        await using var two = await StartAsync(o => o.TunnelAnswer = TunnelAnswer.Flap);

        (await two.PeerAsync(spec: Spec(new GatewaySpec()))).Phase.ShouldBe(PeeringPhase.Ready);
    }

    [Theory]
    [InlineData(4)]
    [InlineData(9)]
    [InlineData(15)]
    [InlineData(20)]
    public async Task A_provider_that_dies_while_the_tunnel_is_made_is_removed_without_a_trace(int step)
    {
        await using var two = await StartAsync();
        Interruption death = new(step, () => two.Rented.Cluster.KillAsync().GetAwaiter().GetResult());

        await Should.ThrowAsync<LiqoException>(() => two.PeerAsync(death, spec: Spec(new GatewaySpec())));

        await two.ForceAsync();
        two.Changes().ShouldBeEmpty();
    }

    [Theory]
    [InlineData(3)]
    [InlineData(8)]
    [InlineData(13)]
    [InlineData(18)]
    public async Task A_tunnel_cut_off_is_completed_by_the_next_attempt(int step)
    {
        await using var two = await StartAsync();
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Stop);
        Interruption cut = new(step, stop.Cancel);

        await Should.ThrowAsync<OperationCanceledException>(() =>
            two.PeerAsync(cut, stop.Token, Spec(new GatewaySpec()))
        );

        (await two.PeerAsync(spec: Spec(new GatewaySpec()))).Phase.ShouldBe(PeeringPhase.Ready);
    }

    private static Task<Federation> StartAsync(Action<EmulatedLiqoOptions>? provider = null) =>
        Federation.StartAsync(
            o =>
            {
                o.HasNetworking = true;
                provider?.Invoke(o);
            },
            o => o.HasNetworking = true
        );

    private static PeeringSpec Spec(GatewaySpec gateway) =>
        Federation.Spec with
        {
            Network = NetworkFabric.Liqo,
            Gateway = gateway,
        };

    private static async Task ConnectAsync(Federation two, GatewaySpec gateway, List<LiqoStep>? steps = null) =>
        await Federation.DoAsync(
            new NetworkConnector(two.Home.Liqo, two.Rented.Liqo).Connect(gateway, s_patience),
            steps is null ? null : new Told(steps)
        );

    private static async Task<string> NodeAddressAsync(Federation two)
    {
        var nodes = await two.Rented.Admin.ListNodeAsync(cancellationToken: Stop);
        return nodes.Items[0].Status.Addresses.First(a => a.Type == "InternalIP").Address;
    }

    private static Task<ClusterObject?> GetAsync(Member member, ResourceKind kind, string ns, string name) =>
        member.Liqo.Port.GetAsync(kind, ns, name, Stop);
}

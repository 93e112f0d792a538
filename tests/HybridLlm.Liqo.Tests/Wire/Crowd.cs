using HybridLlm.Liqo.Clusters;
using HybridLlm.Liqo.Peering;
using HybridLlm.Liqo.Unpeering;
using HybridLlm.Testing.Liqo;
using HybridLlm.Testing.Simulation;

namespace HybridLlm.Liqo.Tests.Wire;

/// <summary>One homelab and many rented clusters, each whole, with its own API server.</summary>
internal sealed class Crowd : IAsyncDisposable
{
    private static readonly TimeSpan s_patience = TimeSpan.FromHours(20);

    private readonly VirtualClock _clock;
    private readonly Member[] _providers;

    private Crowd(VirtualClock clock, Member home, Member[] providers)
    {
        _clock = clock;
        Home = home;
        _providers = providers;
    }

    public Member Home { get; }

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public static async Task<Crowd> StartAsync(int providers, Action<EmulatedLiqoOptions>? configure, double speed)
    {
        RealKubernetes.RequireEmulated("a crowd of real ones needs more than one machine");
        VirtualClock clock = new(TimeProvider.System.GetUtcNow(), speed);
        var home = await Member.StartAsync(clock, "homelab", "10.244.0.0/16", "10.96.0.0/16", configure);
        var rented = await Task.WhenAll(
            Enumerable
                .Range(1, providers)
                .Select(i => Member.StartAsync(clock, $"gpu-{i}", "10.42.0.0/16", "10.43.0.0/16", configure))
        );
        foreach (var provider in rented)
        {
            home.Emulated.AddRoute(provider.Emulated.ApiServer, provider.Cluster);
        }

        return new Crowd(clock, home, rented);
    }

    /// <summary>Peers with all at once, connections included.</summary>
    public async Task<PeeringStatus[]> PeerAsync(NetworkFabric network)
    {
        var home = await LiqoCluster.ConnectAsync(Home.Connection, cancellationToken: Stop);
        return await Task.WhenAll(
            _providers.Select(async p =>
            {
                PeeringProvisioner provisioner = new(
                    home,
                    await LiqoCluster.ConnectAsync(p.Connection, cancellationToken: Stop)
                );
                var spec = Federation.Spec with { Network = network, Patience = s_patience };
                return await provisioner.ApplyAsync(await provisioner.PlanAsync(spec, Stop), null, Stop);
            })
        );
    }

    /// <summary>Unpeers all at once.</summary>
    public Task UnpeerAsync() =>
        Task.WhenAll(
            _providers.Select(async p =>
            {
                PeeringRemover remover = new(Home.Liqo, p.Liqo);
                UnpeeringSpec spec = new() { Patience = s_patience };
                await remover.ApplyAsync(await remover.PlanAsync(spec, Stop), null, Stop);
            })
        );

    /// <summary>How many calls each API server has had.</summary>
    public IReadOnlyList<int> Calls() => [.. All.Select(m => m.Cluster.Calls.Count)];

    /// <summary>The calls of all since, each as side, verb and resource.</summary>
    public IReadOnlyList<string> CallsAfter(IReadOnlyList<int> before) =>
        [
            .. All.SelectMany(
                (m, i) =>
                    m
                        .Cluster.Calls.Skip(before[i])
                        .Select(c => $"{(m == Home ? "consumer" : "provider")} {c.Verb} {c.Resource}")
            ),
        ];

    public async ValueTask DisposeAsync()
    {
        await Task.WhenAll(All.Select(m => m.DisposeAsync().AsTask()));
        _clock.Dispose();
    }

    private IEnumerable<Member> All => _providers.Prepend(Home);
}

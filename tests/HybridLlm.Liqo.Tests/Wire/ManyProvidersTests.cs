using System.Diagnostics;
using HybridLlm.Liqo.Clusters;
using HybridLlm.Liqo.Peering;
using HybridLlm.Liqo.Unpeering;
using HybridLlm.Testing.Simulation;

namespace HybridLlm.Liqo.Tests.Wire;

/// <summary>Many providers at once on one consumer: none costs more because of the others, and none is disturbed by them.</summary>
public sealed class ManyProvidersTests(ITestOutputHelper output)
{
    private static readonly TimeSpan s_patience = TimeSpan.FromHours(20);

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Calls_for_each_of_many_peerings_at_once_are_those_of_one()
    {
        // Each provider is a whole cluster with its own API server: a hundred of them take minutes.
        var most = IsLong ? 100 : 8;
        var (few, many) = (await MeasureAsync(most / 4), await MeasureAsync(most));

        output.WriteLine($"{most / 4} providers: {few}; {most} providers: {many}");
        many.CallsEach.ShouldBeLessThan(few.CallsEach * 1.3);
        if (IsLong)
        {
            // On a machine that does nothing else; the emulated clusters run in this process as well.
            many.MillisecondsEach.ShouldBeLessThan(few.MillisecondsEach * 4);
        }
    }

    private static bool IsLong => Environment.GetEnvironmentVariable("HYBRIDLLM_LONG") == "1";

    private static async Task<Cost> MeasureAsync(int count)
    {
        using VirtualClock clock = new(TimeProvider.System.GetUtcNow(), speed: 100);
        await using var home = await Member.StartAsync(clock, "homelab", "10.244.0.0/16", "10.96.0.0/16", null);
        var providers = await Task.WhenAll(
            Enumerable
                .Range(1, count)
                .Select(i => Member.StartAsync(clock, $"gpu-{i}", "10.42.0.0/16", "10.43.0.0/16", null))
        );
        try
        {
            foreach (var provider in providers)
            {
                home.Emulated.AddRoute(provider.Emulated.ApiServer, provider.Cluster);
            }

            var before = home.Listing();
            var calls = Calls(home, providers);
            var started = Stopwatch.GetTimestamp();
            var statuses = await Task.WhenAll(providers.Select(p => PeerAsync(home.Liqo, p.Liqo)));
            statuses.ShouldAllBe(s => s.Phase == PeeringPhase.Ready);
            await Task.WhenAll(providers.Select(p => UnpeerAsync(home.Liqo, p.Liqo)));
            var took = Stopwatch.GetElapsedTime(started);

            home.Listing().ShouldBe(before, ignoreOrder: true);
            return new Cost((double)(Calls(home, providers) - calls) / count, took.TotalMilliseconds / count);
        }
        finally
        {
            foreach (var provider in providers)
            {
                await provider.DisposeAsync();
            }
        }
    }

    private static async Task<PeeringStatus> PeerAsync(LiqoCluster home, LiqoCluster provider)
    {
        PeeringProvisioner provisioner = new(home, provider);
        var plan = await provisioner.PlanAsync(Federation.Spec with { Patience = s_patience }, Stop);
        return await provisioner.ApplyAsync(plan, null, Stop);
    }

    private static async Task UnpeerAsync(LiqoCluster home, LiqoCluster provider)
    {
        PeeringRemover remover = new(home, provider);
        await remover.ApplyAsync(
            await remover.PlanAsync(new UnpeeringSpec { Patience = s_patience }, Stop),
            null,
            Stop
        );
    }

    private static int Calls(Member home, Member[] providers) =>
        home.Cluster.Calls.Count + providers.Sum(p => p.Cluster.Calls.Count);

    /// <summary>What one of them took.</summary>
    private sealed record Cost(double CallsEach, double MillisecondsEach)
    {
        public override string ToString() => $"{CallsEach:0.0} calls and {MillisecondsEach:0} ms each";
    }
}

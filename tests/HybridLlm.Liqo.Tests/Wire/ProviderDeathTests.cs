using HybridLlm.Liqo.Clusters;
using HybridLlm.Liqo.Peering;
using HybridLlm.Liqo.Tests.Scenarios;
using HybridLlm.Liqo.Unpeering;

namespace HybridLlm.Liqo.Tests.Wire;

/// <summary>
/// A provider that dies at any call that a peering or its end makes to either cluster, reads and watches as well: between two calls is
/// before the one and after the other. <see cref="InterruptionTests"/> has the steps, <see cref="LostAnswerTests"/> the writes whose answer
/// is lost.
/// </summary>
public sealed class ProviderDeathTests
{
    private static readonly bool s_isLong = Environment.GetEnvironmentVariable("HYBRIDLLM_LONG") == "1";

    /// <summary>Calls of a peering; every sixth unless there is time.</summary>
    public static TheoryData<int> PeeringCalls => Calls(24);

    /// <summary>Calls of an unpeering; every sixth unless there is time.</summary>
    public static TheoryData<int> RemovalCalls => Calls(48);

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Theory]
    [MemberData(nameof(PeeringCalls))]
    public async Task A_provider_that_dies_at_a_call_of_a_peering_is_removed_without_a_trace(int call)
    {
        await using var two = await Federation.StartAsync();

        await UntilDeathAsync(two, call, PeerAsync);

        await two.ForceAsync();
        two.Changes().ShouldBeEmpty();
    }

    [Theory]
    [MemberData(nameof(RemovalCalls))]
    public async Task A_provider_that_dies_at_a_call_of_an_unpeering_is_removed_without_a_trace(int call)
    {
        await using var two = await Federation.StartAsync();
        await two.PeerAsync();

        await UntilDeathAsync(two, call, UnpeerAsync);

        await two.ForceAsync();
        two.Changes().ShouldBeEmpty();
    }

    private static TheoryData<int> Calls(int most) => [.. Enumerable.Range(1, most).Where(c => s_isLong || c % 6 == 1)];

    private static async Task PeerAsync(LiqoCluster home, LiqoCluster rented)
    {
        PeeringProvisioner provisioner = new(home, rented);
        await provisioner.ApplyAsync(await provisioner.PlanAsync(Federation.Spec, Stop), cancellationToken: Stop);
    }

    private static async Task UnpeerAsync(LiqoCluster home, LiqoCluster rented)
    {
        PeeringRemover remover = new(home, rented);
        UnpeeringSpec spec = new() { Patience = Scenario.Unhurried };
        await remover.ApplyAsync(await remover.PlanAsync(spec, Stop), cancellationToken: Stop);
    }

    private static async Task UntilDeathAsync(Federation two, int call, Func<LiqoCluster, LiqoCluster, Task> operation)
    {
        Countdown countdown = new(call, two.Rented.Cluster.KillAsync);
        using var home = two.Connect(two.Home.Cluster.AdminKubeconfig, new Counted(countdown));
        using var rented = two.Connect(two.Rented.Cluster.AdminKubeconfig, new Counted(countdown));
        try
        {
            await operation(
                await LiqoCluster.ConnectAsync(home, cancellationToken: Stop),
                await LiqoCluster.ConnectAsync(rented, cancellationToken: Stop)
            );
        }
        catch (LiqoException) when (!two.Rented.Cluster.IsAlive)
        {
            // What it was for.
        }

        // An operation of fewer calls has ended well by then.
        await two.Rented.Cluster.KillAsync();
    }

    private sealed class Countdown(int call, Func<Task> happens)
    {
        private int _calls;

        public Task CountAsync() => Interlocked.Increment(ref _calls) == call ? happens() : Task.CompletedTask;
    }

    private sealed class Counted(Countdown countdown) : DelegatingHandler
    {
        protected override async Task<HttpResponseMessage> SendAsync(
            HttpRequestMessage request,
            CancellationToken cancellationToken
        )
        {
            await countdown.CountAsync();
            return await base.SendAsync(request, cancellationToken);
        }
    }
}

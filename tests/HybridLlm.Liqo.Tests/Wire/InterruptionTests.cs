using HybridLlm.Liqo.Peering;

namespace HybridLlm.Liqo.Tests.Wire;

/// <summary>Whatever is cut off, wherever, is completed or undone without a trace.</summary>
public sealed class InterruptionTests
{
    /// <summary>Steps of a peering.</summary>
    public static TheoryData<int> PeeringSteps => [.. Enumerable.Range(1, 13)];

    /// <summary>Steps of an unpeering, and of a removal by force.</summary>
    public static TheoryData<int> RemovalSteps => [.. Enumerable.Range(1, 14)];

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Theory]
    [MemberData(nameof(PeeringSteps))]
    public async Task A_peering_cancelled_at_any_step_is_completed_by_the_next_one(int step)
    {
        await using var two = await Federation.StartAsync();
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Stop);

        (await CutAsync(step, stop.Cancel, i => two.PeerAsync(i, stop.Token))).ShouldBeTrue();

        (await two.PeerAsync()).Phase.ShouldBe(PeeringPhase.Ready);
        await two.UnpeerAsync();
        two.Changes().ShouldBeEmpty();
    }

    [Theory]
    [MemberData(nameof(RemovalSteps))]
    public async Task An_unpeering_cancelled_at_any_step_is_completed_by_the_next_one(int step)
    {
        await using var two = await Federation.StartAsync();
        await two.PeerAsync();
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Stop);

        await CutAsync(step, stop.Cancel, i => two.UnpeerAsync(i, stop.Token));

        await two.UnpeerAsync();
        two.Changes().ShouldBeEmpty();
    }

    [Theory]
    [MemberData(nameof(PeeringSteps))]
    public async Task A_provider_that_dies_at_any_step_of_a_peering_is_removed_without_a_trace(int step)
    {
        await using var two = await Federation.StartAsync();

        await CutAsync(step, () => two.Rented.Cluster.KillAsync().GetAwaiter().GetResult(), i => two.PeerAsync(i));

        await two.ForceAsync();
        two.Changes().ShouldBeEmpty();
    }

    [Theory]
    [MemberData(nameof(RemovalSteps))]
    public async Task A_provider_that_dies_at_any_step_of_an_unpeering_is_removed_without_a_trace(int step)
    {
        await using var two = await Federation.StartAsync();
        await two.PeerAsync();

        await CutAsync(step, () => two.Rented.Cluster.KillAsync().GetAwaiter().GetResult(), i => two.UnpeerAsync(i));

        await two.ForceAsync();
        two.Changes().ShouldBeEmpty();
    }

    [Theory]
    [MemberData(nameof(RemovalSteps))]
    public async Task A_removal_by_force_cancelled_at_any_step_is_completed_by_the_next_one(int step)
    {
        await using var two = await Federation.StartAsync();
        await two.PeerAsync();
        await two.Rented.Cluster.KillAsync();
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Stop);

        await CutAsync(step, stop.Cancel, i => two.ForceAsync(i, stop.Token));

        await two.ForceAsync();
        two.Changes().ShouldBeEmpty();
    }

    /// <summary>Interrupts an operation; only one whose last step came before the cut may have ended well.</summary>
    private static async Task<bool> CutAsync(int step, Action happens, Func<Interruption, Task> operation)
    {
        Interruption interruption = new(step, happens);
        try
        {
            await operation(interruption);
        }
        catch (Exception cut) when (interruption.Happened && cut is OperationCanceledException or LiqoException)
        {
            // What it was for.
        }

        return interruption.Happened;
    }
}

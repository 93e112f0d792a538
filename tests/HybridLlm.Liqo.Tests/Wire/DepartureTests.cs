using HybridLlm.Liqo.Diagnosis;
using HybridLlm.Liqo.Offloading;
using HybridLlm.Liqo.Steps;
using HybridLlm.Liqo.Unpeering;

namespace HybridLlm.Liqo.Tests.Wire;

/// <summary>A provider with notice: in agreement while it lasts, by force afterwards, and never a trace.</summary>
public sealed class DepartureTests
{
    private static readonly DepartureSpec s_unhurried = new()
    {
        Budget = TimeSpan.FromHours(4),
        PodGrace = TimeSpan.FromHours(1),
        ForcePatience = TimeSpan.FromHours(1),
    };

    /// <summary>Steps of a departure.</summary>
    public static TheoryData<int> Steps => [.. Enumerable.Range(1, 17)];

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task With_time_enough_it_cordons_drains_and_unpeers_in_agreement()
    {
        await using var two = await BusyAsync();
        PeeringDeparture departure = new(two.Home.Liqo, two.Rented.Liqo);
        var planned = (await departure.PlanAsync(s_unhurried, Stop)).Steps;

        var report = await departure.ApplyAsync(s_unhurried, cancellationToken: Stop);

        report.ForcedBecause.ShouldBeNull();
        report.Forced.ShouldBeEmpty();
        report
            .Steps.Take(3)
            .Select(s => (s.Verb, s.Kind))
            .ShouldBe([(LiqoVerb.Update, "Node"), (LiqoVerb.Update, "Tenant"), (LiqoVerb.Delete, "Pod")]);
        planned.Take(3).Select(s => s.Kind).ShouldBe(["Node", "Tenant", "Pod"]);
        await CleanAsync(two);
        (await departure.ApplyAsync(s_unhurried, cancellationToken: Stop)).Steps.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_provider_that_is_gone_already_is_removed_by_force_and_the_report_says_why()
    {
        await using var two = await BusyAsync();
        await two.Rented.Cluster.KillAsync();

        var report = await new PeeringDeparture(two.Home.Liqo, two.Rented.Liqo).ApplyAsync(
            s_unhurried,
            cancellationToken: Stop
        );

        report.ForcedBecause.ShouldNotBeNull().ShouldContain("did not answer");
        report.Forced.Select(s => s.Kind).Distinct().ShouldBe(["Pod"]);
        await CleanAsync(two);
    }

    [Fact]
    public async Task A_budget_that_is_used_up_ends_the_talk_and_force_finishes()
    {
        await using var two = await BusyAsync();
        // The provider answers, and its controllers do nothing any more.
        await two.Rented.Emulated.DisposeAsync();
        DepartureSpec spec = new()
        {
            Budget = TimeSpan.FromMinutes(3),
            PodGrace = TimeSpan.FromSeconds(10),
            ForcePatience = TimeSpan.FromMinutes(3),
        };

        var applying = new PeeringDeparture(two.Home.Liqo, two.Rented.Liqo).ApplyAsync(spec, cancellationToken: Stop);
        var report = await applying;

        report.ForcedBecause.ShouldNotBeNull().ShouldContain("budget");
        report.Steps.ShouldContain(s => s.IsForced);
        (await new PeeringScanner(two.Home.Liqo).ScanAsync(Stop)).ShouldBeEmpty();
    }

    [Theory]
    [MemberData(nameof(Steps))]
    public async Task A_provider_that_dies_at_any_step_of_its_departure_leaves_nothing(int step)
    {
        await using var two = await BusyAsync();
        Interruption death = new(step, () => two.Rented.Cluster.KillAsync().GetAwaiter().GetResult());

        await new PeeringDeparture(two.Home.Liqo, two.Rented.Liqo).ApplyAsync(s_unhurried, death, Stop);

        await CleanAsync(two);
    }

    [Fact]
    public void A_budget_shorter_than_the_pods_grace_is_refused_with_every_fault()
    {
        DepartureSpec spec = new() { Budget = TimeSpan.Zero, ForcePatience = TimeSpan.Zero };

        spec.Faults().OfType<string>().Count().ShouldBe(3);
    }

    private static async Task<Federation> BusyAsync()
    {
        var two = await Federation.StartAsync();
        await two.PeerAsync();
        (await two.OffloadAsync()).Phase.ShouldBe(OffloadingPhase.Ready);
        await two.RunPodAsync();
        return two;
    }

    private static async Task CleanAsync(Federation two)
    {
        await two.UnoffloadAsync();
        await two.StopPodAsync();
        two.Changes().ShouldBeEmpty();
    }
}

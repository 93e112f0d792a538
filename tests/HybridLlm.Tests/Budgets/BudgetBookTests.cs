using HybridLlm.Budgets;
using HybridLlm.Journals;
using HybridLlm.Specs;

namespace HybridLlm.Tests.Budgets;

public sealed class BudgetBookTests
{
    private static readonly DateTimeOffset s_noon = new(2026, 11, 23, 12, 0, 0, TimeSpan.Zero);

    [Fact]
    public void A_node_costs_from_its_launch_to_its_end()
    {
        var memory = Memory(
            Intended("w1"),
            Launched("w1", s_noon),
            new NodeEnded
            {
                At = s_noon.AddMinutes(30),
                WakeId = "w1",
                Reason = "idle",
            }
        );

        Spent(memory, s_noon.AddHours(5)).ShouldBe(0.30m);
    }

    [Fact]
    public void A_node_that_runs_a_few_seconds_costs_a_minute()
    {
        var memory = Memory(
            Intended("w1"),
            Launched("w1", s_noon),
            new NodeEnded
            {
                At = s_noon.AddSeconds(2),
                WakeId = "w1",
                Reason = "failed",
            }
        );

        Spent(memory, s_noon.AddHours(5)).ShouldBe(0.01m);
    }

    [Fact]
    public void A_node_nobody_saw_end_costs_up_to_its_lease()
    {
        var memory = Memory(Intended("w1"), Launched("w1", s_noon));

        Spent(memory, s_noon.AddMinutes(5)).ShouldBe(0.05m);
        Spent(memory, s_noon.AddHours(5)).ShouldBe(0.10m);
    }

    [Fact]
    public void An_intent_that_was_never_launched_costs_nothing() =>
        Spent(Memory(Intended("w1")), s_noon.AddHours(5)).ShouldBe(0m);

    [Fact]
    public void The_foundation_costs_while_it_stands()
    {
        var memory = Memory(
            new FoundationIntended
            {
                At = s_noon,
                Region = "us-east-1",
                PlanId = "p",
                HourlyCost = 0.01m,
            },
            new FoundationRemoved { At = s_noon.AddHours(3) }
        );

        Spent(memory, s_noon.AddHours(10)).ShouldBe(0.03m);
    }

    [Fact]
    public void Models_that_are_kept_cost_until_they_go_or_a_foundation_of_their_region_includes_them()
    {
        var kept = Memory(Kept(0, "us-east-1", 0.02m), Kept(0, "eu-west-1", 0.01m));
        Spent(kept, s_noon.AddHours(10)).ShouldBe(0.30m);
        var cheaper = kept.With(Kept(2, "us-east-1", 0.01m));
        Spent(cheaper, s_noon.AddHours(10)).ShouldBe(0.22m);
        Spent(cheaper.With(Kept(4, "us-east-1", 0)), s_noon.AddHours(10)).ShouldBe(0.16m);

        var again = kept.With(
            new FoundationIntended
            {
                At = s_noon.AddHours(5),
                Region = "us-east-1",
                PlanId = "p",
                HourlyCost = 0.03m,
            }
        );
        Spent(again, s_noon.AddHours(10)).ShouldBe(0.10m + 0.15m + 0.10m);
        again.StandingModels.Select(m => m.Region).ShouldBe(["eu-west-1"], "another region's go on");
    }

    [Fact]
    public void Models_that_are_kept_are_committed_to_the_end_of_the_day() =>
        BudgetBook
            .Bears(
                new BudgetSpec { PerDay = 0.25m },
                Memory(Kept(0, "us-east-1", 0.02m)),
                hourly: 0.02m,
                s_noon,
                s_noon.AddHours(1),
                s_noon
            )
            .Bears.ShouldBeFalse("12 hours of 0.02 are spoken for");

    [Fact]
    public void A_day_begins_at_midnight_UTC()
    {
        var memory = Memory(
            Intended("w1", leaseUntil: s_noon.AddHours(14)),
            Launched("w1", s_noon),
            new NodeEnded
            {
                At = s_noon.AddHours(13),
                WakeId = "w1",
                Reason = "idle",
            }
        );
        var midnight = s_noon.AddHours(12);

        BudgetBook.Spent(memory, s_noon.AddHours(-12), midnight, midnight.AddHours(2)).ShouldBe(7.2m);
        BudgetBook.Spent(memory, midnight, midnight.AddDays(1), midnight.AddHours(2)).ShouldBe(0.6m);
    }

    [Theory]
    [InlineData(0.59, false)]
    [InlineData(0.60, true)]
    public void A_commitment_counts_with_what_is_spent_running_and_still_accruing(double perDay, bool bears)
    {
        // 12 h of foundation are behind and 12 ahead: 0.24; a node ran half an hour: 0.30; ten minutes are wanted at 0.36: 0.06.
        var memory = Memory(
            new FoundationIntended
            {
                At = s_noon.AddHours(-12),
                Region = "us-east-1",
                PlanId = "p",
                HourlyCost = 0.01m,
            },
            Intended("w1"),
            Launched("w1", s_noon.AddMinutes(-30)),
            new NodeEnded
            {
                At = s_noon,
                WakeId = "w1",
                Reason = "idle",
            }
        );

        var verdict = BudgetBook.Bears(
            new BudgetSpec { PerDay = (decimal)perDay },
            memory,
            0.36m,
            s_noon,
            s_noon.AddMinutes(10),
            s_noon
        );

        verdict.Bears.ShouldBe(bears);
        verdict.Wanted.ShouldBe(0.06m);
    }

    [Fact]
    public void Pending_nodes_count_with_the_whole_of_their_lease()
    {
        var memory = Memory(Intended("w1"));

        BudgetBook
            .Bears(new BudgetSpec { PerDay = 0.25m }, memory, 0.90m, s_noon, s_noon.AddMinutes(10), s_noon)
            .Bears.ShouldBeFalse();
        BudgetBook
            .Bears(new BudgetSpec { PerDay = 0.27m }, memory, 0.90m, s_noon, s_noon.AddMinutes(10), s_noon)
            .Bears.ShouldBeTrue();
    }

    [Fact]
    public void The_month_limits_too()
    {
        var verdict = BudgetBook.Bears(
            new BudgetSpec { PerDay = 9, PerMonth = 0.01m },
            Memory(),
            0.36m,
            s_noon,
            s_noon.AddMinutes(10),
            s_noon
        );

        verdict.Bears.ShouldBeFalse();
        verdict.Window.ShouldBe("month");
    }

    private static decimal Spent(ClusterMemory memory, DateTimeOffset now) =>
        BudgetBook.Spent(memory, DateTimeOffset.MinValue, DateTimeOffset.MaxValue, now);

    private static ClusterMemory Memory(params JournalEntry[] entries) => ClusterMemory.Of(entries);

    private static ModelsKept Kept(int hours, string region, decimal hourly) =>
        new()
        {
            At = s_noon.AddHours(hours),
            Region = region,
            HourlyCost = hourly,
        };

    private static NodeIntended Intended(string wakeId, DateTimeOffset? leaseUntil = null) =>
        new()
        {
            At = s_noon,
            WakeId = wakeId,
            Role = NodeRoles.Gpu,
            PlanId = "p",
            MeshAddress = "10.201.3.1",
            CertificateUntil = s_noon.AddHours(12),
            HourlyReserve = 0.72m,
            LeaseUntil = leaseUntil ?? s_noon.AddMinutes(10),
        };

    private static NodeLaunched Launched(string wakeId, DateTimeOffset at) =>
        new()
        {
            At = at,
            WakeId = wakeId,
            InstanceId = "i-1",
            InstanceType = "g6.xlarge",
            Zone = "us-east-1a",
            LaunchedAt = at,
            HourlyCost = 0.60m,
        };
}

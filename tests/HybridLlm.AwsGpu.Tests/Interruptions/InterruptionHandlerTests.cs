using FsCheck.Xunit;
using HybridLlm.AwsGpu.Interruptions;

namespace HybridLlm.AwsGpu.Tests.Interruptions;

public sealed class InterruptionHandlerTests
{
    private const string Id = "i-1";
    private static readonly DateTimeOffset s_launched = new(2026, 11, 23, 12, 0, 0, TimeSpan.Zero);
    private static readonly DateTimeOffset s_now = s_launched.AddHours(2);

    private static readonly InterruptionState s_watching = InterruptionState.Initial.Watch(
        new WatchedNode
        {
            InstanceId = Id,
            InstanceType = "g6.xlarge",
            ZoneId = "use1-az1",
            Since = s_launched,
        }
    );

    [Fact]
    public void A_notice_drains_replaces_and_cools_the_pool()
    {
        var (state, moves) = Hear(s_watching, InterruptionKind.Notice);

        moves.ShouldBe([InterruptionMove.Drain, InterruptionMove.StartReplacement]);
        state.Pools.CooledUntil("g6.xlarge", "use1-az1", s_now).ShouldBe(s_now.AddMinutes(3));
    }

    [Fact]
    public void The_same_notice_from_three_sources_is_one()
    {
        var (state, _) = Hear(s_watching, InterruptionKind.Notice, InterruptionSource.NodeAgent);
        foreach (var source in Enum.GetValues<InterruptionSource>())
        {
            var (next, moves) = Hear(state, InterruptionKind.Notice, source);
            moves.ShouldBeEmpty();
            next.Pools.ShouldBe(state.Pools);
        }
    }

    [Fact]
    public void The_end_after_a_notice_is_swept_and_not_counted_again()
    {
        var (noticed, _) = Hear(s_watching, InterruptionKind.Notice);

        var (state, moves) = Hear(noticed, InterruptionKind.Ended);

        moves.ShouldBe([InterruptionMove.Sweep]);
        state.Nodes.ShouldBeEmpty();
        state.Pools.ShouldBe(noticed.Pools);
    }

    [Fact]
    public void An_end_without_notice_is_swept_replaced_and_cools_the_pool()
    {
        var (state, moves) = Hear(s_watching, InterruptionKind.Ended);

        moves.ShouldBe([InterruptionMove.Sweep, InterruptionMove.StartReplacement]);
        state.Pools.CooledUntil("g6.xlarge", "use1-az1", s_now).ShouldNotBeNull();
    }

    [Fact]
    public void An_end_by_its_dead_man_s_switch_says_nothing_about_the_pool()
    {
        var (state, _) = InterruptionHandler.Next(
            s_watching,
            Signal(InterruptionKind.Ended) with
            {
                ByEc2 = false,
            },
            prefetchAllowed: false
        );

        state.Pools.CooledUntil("g6.xlarge", "use1-az1", s_now).ShouldBeNull();
    }

    [Fact]
    public void A_recommendation_prefetches_only_if_the_budget_allows_and_the_notice_then_only_drains()
    {
        Hear(s_watching, InterruptionKind.Rebalance).Moves.ShouldBeEmpty();

        var (state, moves) = Hear(s_watching, InterruptionKind.Rebalance, prefetchAllowed: true);
        moves.ShouldBe([InterruptionMove.StartReplacement]);
        state.Pools.ShouldBe(PoolHistory.Empty);
        Hear(state, InterruptionKind.Rebalance, prefetchAllowed: true).Moves.ShouldBeEmpty();
        Hear(state, InterruptionKind.Notice).Moves.ShouldBe([InterruptionMove.Drain]);
    }

    [Fact]
    public void What_is_told_of_a_stranger_s_instance_changes_nothing()
    {
        var (state, moves) = InterruptionHandler.Next(
            s_watching,
            Signal(InterruptionKind.Notice) with
            {
                InstanceId = "i-stranger",
            },
            prefetchAllowed: true
        );

        moves.ShouldBeEmpty();
        state.ShouldBe(s_watching);
    }

    [Fact]
    public void What_is_told_after_the_node_was_given_back_changes_nothing()
    {
        var given = s_watching.GiveBack(Id, s_now);

        Hear(given, InterruptionKind.Notice).Moves.ShouldBeEmpty();
        Hear(given, InterruptionKind.Ended).Moves.ShouldBeEmpty();
    }

    [Property(Replay = "(3,7)", MaxTest = 500)]
    public void Whatever_sources_tell_in_whatever_order_each_move_is_made_once_at_most(byte[] told)
    {
        var state = s_watching;
        List<InterruptionMove> all = [];
        foreach (var b in told)
        {
            var (next, moves) = Hear(
                state,
                (InterruptionKind)(b % 3),
                (InterruptionSource)(b / 3 % 3),
                prefetchAllowed: b > 127
            );
            state = next;
            all.AddRange(moves);
        }

        all.Distinct().Count().ShouldBe(all.Count);
        if (all.Contains(InterruptionMove.Drain) || all.Contains(InterruptionMove.Sweep))
        {
            all.ShouldContain(InterruptionMove.StartReplacement);
        }
    }

    private static (InterruptionState State, IReadOnlyList<InterruptionMove> Moves) Hear(
        InterruptionState state,
        InterruptionKind kind,
        InterruptionSource source = InterruptionSource.Reconcile,
        bool prefetchAllowed = false
    ) => InterruptionHandler.Next(state, Signal(kind) with { Source = source }, prefetchAllowed);

    private static InterruptionSignal Signal(InterruptionKind kind) =>
        new()
        {
            InstanceId = Id,
            Kind = kind,
            Source = InterruptionSource.Reconcile,
            At = s_now,
        };
}

using HybridLlm.Waking;

namespace HybridLlm.Tests.Waking;

/// <summary>The machine is small enough to be walked whole: every state with up to three requests, every event.</summary>
public sealed class WakeMachineTests
{
    private const int Most = 3;

    private static readonly List<WakeState> s_reachable = Reach();

    [Fact]
    public void Every_phase_is_reachable() =>
        s_reachable.Select(s => s.Phase).Distinct().ShouldBe(Enum.GetValues<WakePhase>(), ignoreOrder: true);

    [Fact]
    public void A_GPU_is_rented_only_when_nothing_is_rented_or_to_replace_one_that_goes_or_has_gone()
    {
        foreach (var (state, happened, next, effects) in Steps().Where(s => s.Effects.Contains(WakeEffect.StartWake)))
        {
            var free =
                state.Phase == WakePhase.Asleep || (state.Phase == WakePhase.Ending && happened == WakeEvent.Ended);
            var follows = state is { Phase: WakePhase.Awake, Open: > 0 } && happened == WakeEvent.NodeLost;
            var replaces = state is { Phase: WakePhase.Awake, Open: > 0 } && happened == WakeEvent.NoticeGiven;
            var prefetches =
                state is { Phase: WakePhase.Awake, Replacing: false }
                && (happened == WakeEvent.SpotOffered || (happened == WakeEvent.ReplacementAdvised && state.Open > 0));
            (free || follows || replaces || prefetches).ShouldBeTrue($"{state} on {happened}");
            effects.ShouldBe(
                replaces ? [WakeEffect.DisarmIdle, WakeEffect.Retire, WakeEffect.StartWake]
                : follows ? [WakeEffect.DisarmIdle, WakeEffect.RetireLost, WakeEffect.StartWake]
                : [WakeEffect.StartWake]
            );
            next.ShouldBe(prefetches ? state with { Replacing = true } : next, $"{state} on {happened}");
            next.Leaving.ShouldBe(
                free ? 0
                    : prefetches ? state.Leaving
                    : state.Leaving + state.Open,
                $"{state} on {happened}"
            );
        }
    }

    [Fact]
    public void A_second_GPU_is_under_way_only_while_one_serves_and_is_given_up_when_that_one_is_to_go()
    {
        foreach (var (state, happened, next, effects) in Steps().Where(s => s.State.Replacing || s.Next.Replacing))
        {
            (next.Replacing ? next.Phase : state.Phase).ShouldBe(WakePhase.Awake, $"{state} on {happened}");
            var isGivenUp =
                state.Replacing
                && next.Phase is WakePhase.Draining or WakePhase.Ending
                && state.Phase == WakePhase.Awake;
            if (state.Replacing)
            {
                effects.Contains(WakeEffect.CancelWake).ShouldBe(isGivenUp, $"{state} on {happened}");
            }
        }
    }

    [Fact]
    public void A_node_that_is_about_to_go_and_serves_nobody_is_not_replaced()
    {
        var (next, effects) = WakeMachine.Next(new WakeState(WakePhase.Awake), WakeEvent.NoticeGiven);

        next.ShouldBe(new WakeState(WakePhase.Ending));
        effects.ShouldBe([WakeEffect.DisarmIdle, WakeEffect.GiveBack]);
    }

    [Fact]
    public void A_node_taken_before_it_was_ready_is_tried_again_for_those_who_wait_but_not_for_ever()
    {
        WakeState state = new(WakePhase.Waking, Held: 2);
        for (var i = 0; i < WakeMachine.MostRetries; i++)
        {
            (state, var effects) = WakeMachine.Next(state, WakeEvent.NoticeGiven);
            effects.ShouldBe([WakeEffect.CancelWake, WakeEffect.GiveBack]);
            (state, effects) = WakeMachine.Next(state, WakeEvent.Ended);
            effects.ShouldBe([WakeEffect.StartWake]);
            state.Held.ShouldBe(2);
        }

        WakeMachine.Next(state, WakeEvent.NoticeGiven).Effects.ShouldContain(WakeEffect.FailHeld);
    }

    [Fact]
    public void Where_two_at_a_time_are_too_many_the_next_one_is_asked_for_when_the_lost_one_is_given_back()
    {
        var (state, effects) = WakeMachine.Next(new WakeState(WakePhase.Awake, Open: 1), WakeEvent.NodeLost);
        effects.ShouldBe([WakeEffect.DisarmIdle, WakeEffect.RetireLost, WakeEffect.StartWake]);
        foreach (var happened in new[] { WakeEvent.LeavingRequestLeft, WakeEvent.RequestArrived })
        {
            state = WakeMachine.Next(state, happened).State;
        }

        (state, effects) = WakeMachine.Next(state, WakeEvent.SecondRefused);
        effects.ShouldBe([WakeEffect.GiveBack]);
        (state, effects) = WakeMachine.Next(state, WakeEvent.Ended);
        effects.ShouldBe([WakeEffect.StartWake]);
        state.ShouldBe(new WakeState(WakePhase.Waking, Held: 1), "once more, and not for ever");
        WakeMachine.Next(state, WakeEvent.SecondRefused).Effects.ShouldContain(WakeEffect.FailHeld);
    }

    [Fact]
    public void Nobody_who_waits_is_failed_because_two_at_a_time_are_too_many()
    {
        foreach (
            var (state, happened, _, effects) in Steps()
                .Where(s => s.State.AfterLoss && s.Event == WakeEvent.SecondRefused)
        )
        {
            effects.ShouldNotContain(WakeEffect.FailHeld, $"{state} on {happened}");
        }
    }

    [Fact]
    public void When_the_replacement_fails_the_node_that_leaves_goes_on_answering()
    {
        var (next, effects) = WakeMachine.Next(new WakeState(WakePhase.Waking, Leaving: 1), WakeEvent.WakeFailed);

        next.ShouldBe(new WakeState(WakePhase.Draining, Leaving: 1));
        effects.ShouldNotContain(WakeEffect.FailOpen);
        WakeMachine.Next(next, WakeEvent.LeavingRequestLeft).Effects.ShouldBe([WakeEffect.GiveBack]);
    }

    [Fact]
    public void Whatever_was_rented_is_given_back_exactly_on_the_way_to_Ending()
    {
        foreach (var (state, happened, next, effects) in Steps())
        {
            var ends = next.Phase == WakePhase.Ending && state.Phase != WakePhase.Ending;
            effects.Contains(WakeEffect.GiveBack).ShouldBe(ends, $"{state} on {happened}");
        }
    }

    [Fact]
    public void No_GPU_goes_from_under_an_open_answer_unless_it_is_lost_or_draining_ran_out()
    {
        foreach (
            var (state, happened, _, effects) in Steps()
                .Where(s => s.Effects.Contains(WakeEffect.GiveBack) && s.State.Open + s.State.Leaving > 0)
        )
        {
            var lastOne =
                state.Open + state.Leaving == 1
                && happened == (state.Open == 1 ? WakeEvent.OpenRequestLeft : WakeEvent.LeavingRequestLeft);
            (lastOne || happened is WakeEvent.NodeLost or WakeEvent.DrainElapsed).ShouldBeTrue(
                $"{state} on {happened}"
            );
            effects.Contains(WakeEffect.FailOpen).ShouldBe(!lastOne, $"{state} on {happened}");
        }
    }

    [Fact]
    public void No_request_is_forgotten()
    {
        foreach (var (state, happened, next, effects) in Steps())
        {
            var gone =
                happened is WakeEvent.OpenRequestLeft && state.Open > 0
                || happened is WakeEvent.HeldRequestLeft && state.Held > 0
                || happened is WakeEvent.LeavingRequestLeft && state.Leaving > 0
                    ? 1
                    : 0;
            var came = happened == WakeEvent.RequestArrived ? 1 : 0;
            var told =
                (effects.Contains(WakeEffect.FailOpen) ? state.Open + state.Leaving : 0)
                + (effects.Contains(WakeEffect.FailHeld) ? state.Held : 0);
            Requests(next).ShouldBe(Requests(state) + came - gone - told, $"{state} on {happened}");
        }
    }

    [Fact]
    public void Held_requests_are_let_through_only_to_a_loaded_model()
    {
        foreach (var (state, happened, next, _) in Steps().Where(s => s.Effects.Contains(WakeEffect.ReleaseHeld)))
        {
            (state.Phase, happened, next.Phase).ShouldBe((WakePhase.Waking, WakeEvent.WakeSucceeded, WakePhase.Awake));
            next.Open.ShouldBe(state.Held);
        }
    }

    [Fact]
    public void Idle_time_counts_exactly_while_awake_without_a_request()
    {
        foreach (var (state, happened, next, effects) in Steps())
        {
            bool Idle(WakeState s) => s is { Phase: WakePhase.Awake, Open: 0 };
            var goesOn = Idle(state) && state.Leaving > 0 && happened == WakeEvent.IdleElapsed;
            var begins = (Idle(next) && !Idle(state)) || goesOn;
            effects.Contains(WakeEffect.ArmIdle).ShouldBe(begins, $"{state} on {happened}");
            if (Idle(state) && !Idle(next) && happened != WakeEvent.IdleElapsed)
            {
                effects.ShouldContain(WakeEffect.DisarmIdle, $"{state} on {happened}");
            }
        }
    }

    [Fact]
    public void Requests_that_come_too_late_get_the_next_GPU()
    {
        var (ending, _) = WakeMachine.Next(new WakeState(WakePhase.Ending), WakeEvent.RequestArrived);
        var (waking, effects) = WakeMachine.Next(ending, WakeEvent.Ended);

        waking.ShouldBe(new WakeState(WakePhase.Waking, Held: 1));
        effects.ShouldBe([WakeEffect.StartWake]);
    }

    [Fact]
    public void From_every_state_the_machine_can_come_to_rest()
    {
        WakeEvent[] goHome =
        [
            WakeEvent.SleepAsked,
            WakeEvent.DrainElapsed,
            .. Enumerable.Repeat(WakeEvent.HeldRequestLeft, Most),
            WakeEvent.Ended,
        ];
        foreach (var state in s_reachable)
        {
            goHome
                .Aggregate(state, (s, e) => WakeMachine.Next(s, e).State)
                .ShouldBe(WakeState.Initial, $"from {state}");
        }
    }

    private static IEnumerable<(
        WakeState State,
        WakeEvent Event,
        WakeState Next,
        IReadOnlyList<WakeEffect> Effects
    )> Steps() =>
        from state in s_reachable
        from happened in Enum.GetValues<WakeEvent>()
        where Possible(state, happened)
        let step = WakeMachine.Next(state, happened)
        select (state, happened, step.State, step.Effects);

    private static List<WakeState> Reach()
    {
        List<WakeState> found = [WakeState.Initial];
        for (var i = 0; i < found.Count; i++)
        {
            foreach (var happened in Enum.GetValues<WakeEvent>().Where(e => Possible(found[i], e)))
            {
                var next = WakeMachine.Next(found[i], happened).State;
                if (Requests(next) <= Most && !found.Contains(next))
                {
                    found.Add(next);
                }
            }
        }

        return found;
    }

    /// <summary>A request can only leave where one is; everything else may come late or twice.</summary>
    private static bool Possible(WakeState state, WakeEvent happened) =>
        happened switch
        {
            WakeEvent.HeldRequestLeft => state.Held > 0,
            WakeEvent.OpenRequestLeft => state.Open > 0,
            WakeEvent.LeavingRequestLeft => state.Leaving > 0,
            _ => true,
        };

    private static int Requests(WakeState state) => state.Open + state.Held + state.Leaving;
}

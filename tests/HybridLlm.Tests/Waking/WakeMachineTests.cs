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
    public void A_GPU_is_rented_only_when_nothing_is_rented()
    {
        foreach (var (state, happened, _, effects) in Steps().Where(s => s.Effects.Contains(WakeEffect.StartWake)))
        {
            var free =
                state.Phase == WakePhase.Asleep || (state.Phase == WakePhase.Ending && happened == WakeEvent.Ended);
            free.ShouldBeTrue($"{state} on {happened}");
            effects.ShouldBe([WakeEffect.StartWake]);
        }
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
                .Where(s => s.Effects.Contains(WakeEffect.GiveBack) && s.State.Open > 0)
        )
        {
            var lastOne = happened == WakeEvent.OpenRequestLeft && state.Open == 1;
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
                    ? 1
                    : 0;
            var came = happened == WakeEvent.RequestArrived ? 1 : 0;
            var told =
                (effects.Contains(WakeEffect.FailOpen) ? state.Open : 0)
                + (effects.Contains(WakeEffect.FailHeld) ? state.Held : 0);
            (next.Open + next.Held).ShouldBe(state.Open + state.Held + came - gone - told, $"{state} on {happened}");
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
            var begins = Idle(next) && !Idle(state);
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
                if (next.Open + next.Held <= Most && !found.Contains(next))
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
            _ => true,
        };
}

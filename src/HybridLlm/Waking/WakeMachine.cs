namespace HybridLlm.Waking;

/// <summary>
/// When a GPU is rented and when it is given back: a pure step from state and event to state and effects. One wake serves all
/// requests that come meanwhile, and a GPU is never given back under an open answer unless it is gone already or draining
/// has run out of time. A node that EC2 is about to take leaves as soon as its answers have moved to the next one; on a mere
/// recommendation, or for a better price, it serves until the next one is ready. A node that is lost while somebody uses it is followed
/// at once, and given back beside; only where two at a time are too many is the next one asked for after that.
/// </summary>
internal static class WakeMachine
{
    /// <summary>How often a wake whose node EC2 takes before it is ready is begun again for the same requests.</summary>
    internal const int MostRetries = 2;

    public static (WakeState State, IReadOnlyList<WakeEffect> Effects) Next(WakeState state, WakeEvent happened) =>
        happened switch
        {
            WakeEvent.HeldRequestLeft => (state with { Held = Math.Max(0, state.Held - 1) }, []),
            WakeEvent.LeavingRequestLeft => LeavingLeft(state),
            _ => state.Phase switch
            {
                WakePhase.Asleep => Asleep(state, happened),
                WakePhase.Waking => Waking(state, happened),
                WakePhase.Awake => Awake(state, happened),
                WakePhase.Draining => Draining(state, happened),
                WakePhase.Ending => Ending(state, happened),
                _ => throw new ArgumentOutOfRangeException(nameof(state)),
            },
        };

    private static (WakeState, IReadOnlyList<WakeEffect>) Asleep(WakeState state, WakeEvent happened) =>
        happened == WakeEvent.RequestArrived ? (new(WakePhase.Waking, Held: 1), [WakeEffect.StartWake]) : (state, []);

    private static (WakeState, IReadOnlyList<WakeEffect>) Waking(WakeState state, WakeEvent happened) =>
        happened switch
        {
            WakeEvent.RequestArrived => (state with { Held = state.Held + 1 }, []),
            WakeEvent.WakeSucceeded when state.Held == 0 => (
                new(WakePhase.Awake, Leaving: state.Leaving),
                [WakeEffect.ArmIdle]
            ),
            WakeEvent.WakeSucceeded => (
                new(WakePhase.Awake, Open: state.Held, Leaving: state.Leaving),
                [WakeEffect.ReleaseHeld]
            ),
            WakeEvent.NodeLost or WakeEvent.NoticeGiven when state is { Leaving: 0, Retries: < MostRetries } => (
                new(WakePhase.Ending, Held: state.Held, Retries: state.Retries + 1),
                [WakeEffect.CancelWake, WakeEffect.GiveBack]
            ),
            WakeEvent.SecondRefused when state.AfterLoss => state.Leaving == 0
                ? (new(WakePhase.Ending, Held: state.Held), [WakeEffect.GiveBack])
                : (new(WakePhase.Draining, Held: state.Held, Leaving: state.Leaving), [WakeEffect.ArmDrain]),
            WakeEvent.WakeFailed
            or WakeEvent.SecondRefused
            or WakeEvent.NodeLost
            or WakeEvent.NoticeGiven
            or WakeEvent.BudgetExhausted
            or WakeEvent.SleepAsked => state.Leaving == 0
                ? (new(WakePhase.Ending), [WakeEffect.CancelWake, WakeEffect.FailHeld, WakeEffect.GiveBack])
                // The node that leaves still answers, for as long as it is there.
                : (
                    new(WakePhase.Draining, Leaving: state.Leaving),
                    [WakeEffect.CancelWake, WakeEffect.FailHeld, WakeEffect.ArmDrain]
                ),
            _ => Nothing(state),
        };

    private static (WakeState, IReadOnlyList<WakeEffect>) Awake(WakeState state, WakeEvent happened) =>
        happened switch
        {
            _ when state.Replacing => Replacing(state, happened),
            WakeEvent.ReplacementAdvised when state.Open > 0 => (
                state with
                {
                    Replacing = true,
                },
                [WakeEffect.StartWake]
            ),
            WakeEvent.SpotOffered => (state with { Replacing = true }, [WakeEffect.StartWake]),
            _ => Serving(state, happened),
        };

    private static (WakeState, IReadOnlyList<WakeEffect>) Serving(WakeState state, WakeEvent happened) =>
        happened switch
        {
            WakeEvent.RequestArrived => (state with { Open = state.Open + 1 }, [WakeEffect.DisarmIdle]),
            WakeEvent.OpenRequestLeft when state.Open <= 1 => (state with { Open = 0 }, [WakeEffect.ArmIdle]),
            WakeEvent.OpenRequestLeft => (state with { Open = state.Open - 1 }, []),
            WakeEvent.IdleElapsed when state is { Open: 0, Leaving: > 0 } => (state, [WakeEffect.ArmIdle]),
            WakeEvent.IdleElapsed when state.Open == 0 => (new(WakePhase.Ending), [WakeEffect.GiveBack]),
            WakeEvent.NoticeGiven when state.Open > 0 => (
                new(WakePhase.Waking, Leaving: state.Leaving + state.Open),
                [WakeEffect.DisarmIdle, WakeEffect.Retire, WakeEffect.StartWake]
            ),
            WakeEvent.SleepAsked or WakeEvent.BudgetExhausted or WakeEvent.NoticeGiven => state
                is { Open: 0, Leaving: 0 }
                ? (new(WakePhase.Ending), [WakeEffect.DisarmIdle, WakeEffect.GiveBack])
                : (state with { Phase = WakePhase.Draining }, [WakeEffect.DisarmIdle, WakeEffect.ArmDrain]),
            WakeEvent.NodeLost when state.Open > 0 => (
                new(WakePhase.Waking, Leaving: state.Leaving + state.Open, AfterLoss: true),
                [WakeEffect.DisarmIdle, WakeEffect.RetireLost, WakeEffect.StartWake]
            ),
            WakeEvent.NodeLost => Lost(state),
            _ => Nothing(state),
        };

    /// <summary>One node serves while the next one boots.</summary>
    private static (WakeState, IReadOnlyList<WakeEffect>) Replacing(WakeState state, WakeEvent happened) =>
        happened switch
        {
            WakeEvent.WakeSucceeded => (
                new(WakePhase.Awake, Leaving: state.Leaving + state.Open),
                state.Open > 0 ? [WakeEffect.Retire, WakeEffect.ArmIdle] : [WakeEffect.Retire]
            ),
            WakeEvent.WakeFailed or WakeEvent.SecondRefused => (state with { Replacing = false }, []),
            WakeEvent.NoticeGiven when state.Open > 0 => (
                new(WakePhase.Waking, Leaving: state.Leaving + state.Open),
                [WakeEffect.DisarmIdle, WakeEffect.Retire]
            ),
            WakeEvent.NodeLost => (
                new(WakePhase.Waking, Leaving: state.Leaving + state.Open, AfterLoss: true),
                [WakeEffect.DisarmIdle, WakeEffect.RetireLost]
            ),
            _ => GoOn(Serving(state with { Replacing = false }, happened)),
        };

    /// <summary>The next node boots on while this one serves, and is given up when it is to go.</summary>
    private static (WakeState, IReadOnlyList<WakeEffect>) GoOn(
        (WakeState State, IReadOnlyList<WakeEffect> Effects) step
    ) =>
        step.State.Phase == WakePhase.Awake
            ? (step.State with { Replacing = true }, step.Effects)
            : (step.State, [WakeEffect.CancelWake, .. step.Effects]);

    private static (WakeState, IReadOnlyList<WakeEffect>) Draining(WakeState state, WakeEvent happened) =>
        happened switch
        {
            WakeEvent.RequestArrived => (state with { Held = state.Held + 1 }, []),
            WakeEvent.OpenRequestLeft when state is { Open: <= 1, Leaving: 0 } => Drained(state),
            WakeEvent.OpenRequestLeft => (state with { Open = Math.Max(0, state.Open - 1) }, []),
            WakeEvent.DrainElapsed or WakeEvent.NodeLost => Lost(state),
            _ => Nothing(state),
        };

    private static (WakeState, IReadOnlyList<WakeEffect>) Ending(WakeState state, WakeEvent happened) =>
        happened switch
        {
            WakeEvent.RequestArrived => (state with { Held = state.Held + 1 }, []),
            WakeEvent.Ended when state.Held > 0 => (state with { Phase = WakePhase.Waking }, [WakeEffect.StartWake]),
            WakeEvent.Ended => (WakeState.Initial, []),
            _ => Nothing(state),
        };

    private static (WakeState, IReadOnlyList<WakeEffect>) LeavingLeft(WakeState state) =>
        state is { Phase: WakePhase.Draining, Open: 0, Leaving: <= 1 }
            ? Drained(state)
            : (state with { Leaving = Math.Max(0, state.Leaving - 1) }, []);

    private static (WakeState, IReadOnlyList<WakeEffect>) Drained(WakeState state) =>
        (new(WakePhase.Ending, Held: state.Held), [WakeEffect.GiveBack]);

    private static (WakeState, IReadOnlyList<WakeEffect>) Lost(WakeState state) =>
        (new(WakePhase.Ending, Held: state.Held), [WakeEffect.DisarmIdle, WakeEffect.FailOpen, WakeEffect.GiveBack]);

    /// <summary>What comes late or twice (a timer that fired while the state moved on) changes nothing.</summary>
    private static (WakeState, IReadOnlyList<WakeEffect>) Nothing(WakeState state) => (state, []);
}

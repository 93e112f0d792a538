namespace HybridLlm.Waking;

/// <summary>
/// When a GPU is rented and when it is given back: a pure step from state and event to state and effects. One wake serves all
/// requests that come meanwhile, and a GPU is never given back under an open answer unless it is gone already or draining
/// has run out of time.
/// </summary>
internal static class WakeMachine
{
    public static (WakeState State, IReadOnlyList<WakeEffect> Effects) Next(WakeState state, WakeEvent happened) =>
        (state.Phase, happened) switch
        {
            (_, WakeEvent.HeldRequestLeft) => (state with { Held = Math.Max(0, state.Held - 1) }, []),

            (WakePhase.Asleep, WakeEvent.RequestArrived) => (new(WakePhase.Waking, Held: 1), [WakeEffect.StartWake]),

            (WakePhase.Waking, WakeEvent.RequestArrived) => (state with { Held = state.Held + 1 }, []),
            (WakePhase.Waking, WakeEvent.WakeSucceeded) when state.Held == 0 => (
                new(WakePhase.Awake),
                [WakeEffect.ArmIdle]
            ),
            (WakePhase.Waking, WakeEvent.WakeSucceeded) => (
                new(WakePhase.Awake, Open: state.Held),
                [WakeEffect.ReleaseHeld]
            ),
            (
                WakePhase.Waking,
                WakeEvent.WakeFailed
                    or WakeEvent.NodeLost
                    or WakeEvent.BudgetExhausted
                    or WakeEvent.SleepAsked
            ) => (new(WakePhase.Ending), [WakeEffect.CancelWake, WakeEffect.FailHeld, WakeEffect.GiveBack]),

            (WakePhase.Awake, WakeEvent.RequestArrived) => (
                state with
                {
                    Open = state.Open + 1,
                },
                [WakeEffect.DisarmIdle]
            ),
            (WakePhase.Awake, WakeEvent.OpenRequestLeft) when state.Open <= 1 => (
                new(WakePhase.Awake),
                [WakeEffect.ArmIdle]
            ),
            (WakePhase.Awake, WakeEvent.OpenRequestLeft) => (state with { Open = state.Open - 1 }, []),
            (WakePhase.Awake, WakeEvent.IdleElapsed) when state.Open == 0 => (
                new(WakePhase.Ending),
                [WakeEffect.GiveBack]
            ),
            (WakePhase.Awake, WakeEvent.SleepAsked or WakeEvent.BudgetExhausted) when state.Open == 0 => (
                new(WakePhase.Ending),
                [WakeEffect.DisarmIdle, WakeEffect.GiveBack]
            ),
            (WakePhase.Awake, WakeEvent.SleepAsked or WakeEvent.BudgetExhausted) => (
                state with
                {
                    Phase = WakePhase.Draining,
                },
                [WakeEffect.DisarmIdle, WakeEffect.ArmDrain]
            ),

            (WakePhase.Awake or WakePhase.Draining, WakeEvent.NodeLost) => (
                new(WakePhase.Ending, Held: state.Held),
                [WakeEffect.DisarmIdle, WakeEffect.FailOpen, WakeEffect.GiveBack]
            ),

            (WakePhase.Draining or WakePhase.Ending, WakeEvent.RequestArrived) => (
                state with
                {
                    Held = state.Held + 1,
                },
                []
            ),
            (WakePhase.Draining, WakeEvent.OpenRequestLeft) when state.Open <= 1 => (
                new(WakePhase.Ending, Held: state.Held),
                [WakeEffect.GiveBack]
            ),
            (WakePhase.Draining, WakeEvent.OpenRequestLeft) => (state with { Open = state.Open - 1 }, []),
            (WakePhase.Draining, WakeEvent.DrainElapsed) => (
                new(WakePhase.Ending, Held: state.Held),
                [WakeEffect.FailOpen, WakeEffect.GiveBack]
            ),

            (WakePhase.Ending, WakeEvent.Ended) when state.Held > 0 => (
                new(WakePhase.Waking, Held: state.Held),
                [WakeEffect.StartWake]
            ),
            (WakePhase.Ending, WakeEvent.Ended) => (WakeState.Initial, []),

            // Everything else comes late or twice (a timer that fired while the state moved on) and changes nothing.
            _ => (state, []),
        };
}

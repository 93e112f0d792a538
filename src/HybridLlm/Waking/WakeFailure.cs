using HybridLlm.Applying;
using HybridLlm.Budgets;

namespace HybridLlm.Waking;

/// <summary>What a failure means for the wake and for those who wait. Pure.</summary>
internal static class WakeFailure
{
    /// <summary>What the driver's machine is told of a wake that came to nothing.</summary>
    /// <param name="why">Why.</param>
    /// <param name="state">Where the burst layer is.</param>
    public static WakeEvent EventOf(Exception why, WakeState state) =>
        IsPostponed(why, state) ? WakeEvent.SecondRefused
        // Whether we or the watch over the node see first that it has gone must make no difference.
        : why is NodeLostException { IsGone: true } && !state.Replacing ? WakeEvent.NodeLost
        : WakeEvent.WakeFailed;

    /// <summary>What becomes of those who wait and of what is rented.</summary>
    public static FailedWake Judge(Exception why, WakeState state) =>
        state.Replacing ? FailedWake.LeavesAnother
        : IsPostponed(why, state) ? FailedWake.IsPostponed
        : FailedWake.Ends;

    /// <summary>What those who wait are told if what was noticed of a node ends their wake.</summary>
    public static HybridLlmException? Of(string wakeId, WakeEvent happened) =>
        happened switch
        {
            WakeEvent.NodeLost or WakeEvent.NoticeGiven => new NodeLostException(
                wakeId,
                "EC2 took its instance before it was ready",
                isGone: true
            ),
            WakeEvent.BudgetExhausted => new HybridLlmException(
                "The budget bears no further lease of the node.",
                "Raise the budget, or ask again when its day or month is over."
            ),
            _ => null,
        };

    /// <summary>Whether the wake is begun again once the node that was lost is given back: only two at a time are too many.</summary>
    private static bool IsPostponed(Exception why, WakeState state) =>
        state is { Phase: WakePhase.Waking, AfterLoss: true }
        && why is BudgetExhaustedException or WakeFailedException { IsForTwo: true };
}

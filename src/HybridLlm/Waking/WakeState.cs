namespace HybridLlm.Waking;

/// <summary>Where a cluster's burst layer is.</summary>
public enum WakePhase
{
    /// <summary>No GPU is rented.</summary>
    Asleep,

    /// <summary>A GPU is being rented, booted and loaded; requests are held.</summary>
    Waking,

    /// <summary>The model answers.</summary>
    Awake,

    /// <summary>The GPU is to go; open answers are finished first, new requests are held for the next one.</summary>
    Draining,

    /// <summary>The GPU is being given back.</summary>
    Ending,
}

/// <summary>State of the burst layer.</summary>
/// <param name="Phase">Where it is.</param>
/// <param name="Open">Requests being answered.</param>
/// <param name="Held">Requests waiting for a GPU.</param>
/// <param name="Leaving">Requests still being answered by nodes that EC2 is about to take.</param>
/// <param name="Retries">How often the wake has been begun again because EC2 took its node.</param>
/// <param name="Replacing">Whether another node is being woken while the one that serves goes on serving.</param>
/// <param name="AfterLoss">Whether the node being woken follows one that was lost and is not given back yet.</param>
internal sealed record WakeState(
    WakePhase Phase,
    int Open = 0,
    int Held = 0,
    int Leaving = 0,
    int Retries = 0,
    bool Replacing = false,
    bool AfterLoss = false
)
{
    public static WakeState Initial { get; } = new(WakePhase.Asleep);
}

/// <summary>Something that happens to the burst layer.</summary>
internal enum WakeEvent
{
    /// <summary>A request arrives.</summary>
    RequestArrived,

    /// <summary>A request that is being answered ends, however it ends.</summary>
    OpenRequestLeft,

    /// <summary>A held request gives up.</summary>
    HeldRequestLeft,

    /// <summary>A request leaves a node that is about to go: it has moved, or it is over.</summary>
    LeavingRequestLeft,

    /// <summary>Somebody wants the GPU gone.</summary>
    SleepAsked,

    /// <summary>The model is loaded.</summary>
    WakeSucceeded,

    /// <summary>The wake came to nothing; whatever it rented must go.</summary>
    WakeFailed,

    /// <summary>Budget or quota do not bear the next node beside the lost one, which they still count; nothing is rented for it.</summary>
    SecondRefused,

    /// <summary>The idle timeout has passed since the last request ended.</summary>
    IdleElapsed,

    /// <summary>The budget does not bear another lease.</summary>
    BudgetExhausted,

    /// <summary>The time for draining is over.</summary>
    DrainElapsed,

    /// <summary>EC2 recommends to move away from the node, and the budget bears a second one.</summary>
    ReplacementAdvised,

    /// <summary>The node was bought on demand, and spot has become worth while again.</summary>
    SpotOffered,

    /// <summary>EC2 announces that it takes the node, in two minutes as a rule.</summary>
    NoticeGiven,

    /// <summary>The node is gone without our doing.</summary>
    NodeLost,

    /// <summary>Nothing is rented any more.</summary>
    Ended,
}

/// <summary>What the driver must do after an event.</summary>
internal enum WakeEffect
{
    /// <summary>Begin the one wake.</summary>
    StartWake,

    /// <summary>Stop a wake that is under way.</summary>
    CancelWake,

    /// <summary>Let the held requests through.</summary>
    ReleaseHeld,

    /// <summary>Tell the held requests that the wake failed.</summary>
    FailHeld,

    /// <summary>Tell the open requests that their node is gone.</summary>
    FailOpen,

    /// <summary>Tell the open requests that their node is about to go; once they have left it, it is given back.</summary>
    Retire,

    /// <summary>Tell the open requests that their node is gone; what is left of it is swept once they have left it.</summary>
    RetireLost,

    /// <summary>Start counting idle time.</summary>
    ArmIdle,

    /// <summary>Stop counting idle time.</summary>
    DisarmIdle,

    /// <summary>Start counting the time left for draining.</summary>
    ArmDrain,

    /// <summary>Give back everything rented.</summary>
    GiveBack,
}

namespace HybridLlm.Liqo.Steps;

/// <summary>A wait took longer than its patience.</summary>
public sealed class WaitTimedOutException : LiqoException
{
    internal WaitTimedOutException(LiqoStep step, string lastObserved, string remedy)
        : base(
            $"Gave up after {step.Patience?.TotalSeconds:0} s: {step}. Last seen: {lastObserved.TrimEnd('.')}.",
            remedy
        )
    {
        Step = step;
        LastObserved = lastObserved;
    }

    /// <summary>What was awaited.</summary>
    public LiqoStep Step { get; }

    /// <summary>State of the awaited object, and of what it depends on, when patience ended.</summary>
    public string LastObserved { get; }
}

namespace HybridLlm.Liqo.Steps;

/// <summary>Somebody changes an object back, or away, as often as it is written.</summary>
public sealed class ContestedObjectException : LiqoException
{
    internal ContestedObjectException(LiqoStep step, int attempts)
        : base(
            $"After {attempts} attempts it is still necessary to {step}.",
            "Find out who else writes this object (its managedFields name them) and let only one do it."
        ) => Step = step;

    /// <summary>What was attempted.</summary>
    public LiqoStep Step { get; }
}

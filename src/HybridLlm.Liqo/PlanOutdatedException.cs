namespace HybridLlm.Liqo;

/// <summary>The clusters changed after the plan was made: applying it would do what nobody has seen.</summary>
public sealed class PlanOutdatedException : LiqoException
{
    internal PlanOutdatedException(string plan, string unplanned)
        : base(
            $"{plan} no longer fits what exists: it would also have to {unplanned}.",
            "Make a new plan, look at it and apply that."
        ) => Unplanned = unplanned;

    /// <summary>The step that is needed now and was not in the plan.</summary>
    public string Unplanned { get; }
}

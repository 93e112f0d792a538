namespace HybridLlm.AwsGpu;

/// <summary>The world changed after the plan was made: applying it would do what nobody has seen.</summary>
public sealed class PlanOutdatedException : AwsGpuException
{
    internal PlanOutdatedException(string plan, IReadOnlyList<string> unplanned)
        : base(
            $"{plan} no longer fits what exists: {string.Join("; ", unplanned)} would be needed as well.",
            "Make a new plan, look at it and apply that."
        ) => Unplanned = unplanned;

    /// <summary>Steps that are needed now and were not in the plan.</summary>
    public IReadOnlyList<string> Unplanned { get; }
}

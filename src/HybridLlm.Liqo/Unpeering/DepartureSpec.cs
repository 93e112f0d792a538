namespace HybridLlm.Liqo.Unpeering;

/// <summary>The end of a peering whose provider is about to be taken away, such as a spot instance with two minutes' notice.</summary>
public sealed record DepartureSpec
{
    /// <summary>
    /// How long the provider may be talked with, 1 second or more, counted from the call; afterwards the consumer cleans up alone.
    /// EC2 gives 120 seconds from the notice.
    /// </summary>
    public TimeSpan Budget { get; init; } = TimeSpan.FromSeconds(90);

    /// <summary>The part of the budget that pods get to end in order, 0 or more and no longer than it.</summary>
    public TimeSpan PodGrace { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Longest Liqo's own controllers get for each part, once the provider is given up, before finalizers are taken away.</summary>
    public TimeSpan ForcePatience { get; init; } = TimeSpan.FromMinutes(1);

    internal IEnumerable<string?> Faults()
    {
        var second = TimeSpan.FromSeconds(1);
        yield return Budget >= second ? null : $"Budget is {Budget}, must be 1 second or more";
        yield return PodGrace >= TimeSpan.Zero && PodGrace <= Budget
            ? null
            : $"PodGrace is {PodGrace}, must be 0 to the Budget of {Budget}";
        yield return ForcePatience >= second ? null : $"ForcePatience is {ForcePatience}, must be 1 second or more";
    }
}

namespace HybridLlm.Liqo.Steps;

/// <summary>
/// What a plan was made from, for the apply that follows at once: it need not ask again. It is given out once, and only while it is as
/// fresh as what an apply reads by itself is when it writes.
/// </summary>
internal sealed class FreshLook<T>(T facts, object reader, object spec, TimeProvider time)
    where T : class
{
    private static readonly TimeSpan s_freshness = TimeSpan.FromSeconds(10);

    private readonly long _at = time.GetTimestamp();
    private T? _facts = facts;

    /// <summary>What was seen; null when it is too old, was seen by or for another, or was given out before.</summary>
    public T? Take(object by, object forSpec) =>
        ReferenceEquals(reader, by) && ReferenceEquals(spec, forSpec) && time.GetElapsedTime(_at) <= s_freshness
            ? Interlocked.Exchange(ref _facts, null)
            : null;
}

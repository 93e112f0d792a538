namespace HybridLlm.Liqo;

/// <summary>A spec asks for something that cannot be; every fault found is listed and nothing was changed.</summary>
public sealed class InvalidSpecException : LiqoException
{
    private InvalidSpecException(string what, IReadOnlyList<string> faults)
        : base($"{what} is not valid: {string.Join("; ", faults)}.", "Correct every fault listed in Faults.") =>
        Faults = faults;

    /// <summary>Each fault with the offending value and the limit it breaks; never empty.</summary>
    public IReadOnlyList<string> Faults { get; }

    internal static void ThrowIfAny(string what, IEnumerable<string?> faults)
    {
        List<string> found = [.. faults.OfType<string>()];
        if (found.Count > 0)
        {
            throw new InvalidSpecException(what, found);
        }
    }
}

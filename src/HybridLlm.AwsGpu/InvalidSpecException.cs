namespace HybridLlm.AwsGpu;

/// <summary>A spec, request or intent asks for something that cannot be; every fault found is listed.</summary>
public sealed class InvalidSpecException : AwsGpuException
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

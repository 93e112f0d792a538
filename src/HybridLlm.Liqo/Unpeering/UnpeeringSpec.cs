namespace HybridLlm.Liqo.Unpeering;

/// <summary>The end of a peering, in agreement with the provider.</summary>
public sealed record UnpeeringSpec
{
    /// <summary>Longest any single wait lasts, 1 second or more.</summary>
    public TimeSpan Patience { get; init; } = TimeSpan.FromMinutes(2);

    internal IEnumerable<string?> Faults()
    {
        yield return Patience >= TimeSpan.FromSeconds(1) ? null : $"Patience is {Patience}, must be 1 second or more";
    }
}

namespace HybridLlm.Liqo.Unpeering;

/// <summary>The end of a peering whose provider is gone for good.</summary>
public sealed record ForcedRemovalSpec
{
    /// <summary>Id of the provider.</summary>
    public required string ProviderId { get; init; }

    /// <summary>
    /// Whether the caller knows that the provider is gone, such as from EC2 saying that the instance is terminated. Otherwise
    /// the removal is refused unless the consumer cannot reach the provider.
    /// </summary>
    public bool IsKnownGone { get; init; }

    /// <summary>
    /// Longest Liqo's own controllers get for each part before finalizers are taken away by force, 1 second or more.
    /// </summary>
    public TimeSpan Patience { get; init; } = TimeSpan.FromMinutes(1);

    internal IEnumerable<string?> Faults()
    {
        yield return Liqo.ClusterId.IsValid(ProviderId)
            ? null
            : $"ProviderId is '{ProviderId}', which is no cluster id";
        yield return Patience >= TimeSpan.FromSeconds(1) ? null : $"Patience is {Patience}, must be 1 second or more";
    }
}

namespace HybridLlm.Specs;

/// <summary>How much is taken down.</summary>
public sealed record DownSpec
{
    /// <summary>
    /// Whether models stay at AWS, and their price with them: volumes and snapshots that hold one, and models in the bucket. The next
    /// <see cref="HybridCluster.UpAsync"/> uses them; one that keeps nothing removes them.
    /// </summary>
    public bool KeepModels { get; init; }
}

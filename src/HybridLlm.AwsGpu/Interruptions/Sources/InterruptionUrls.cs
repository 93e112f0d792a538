namespace HybridLlm.AwsGpu.Interruptions.Sources;

/// <summary>Where a node leaves word; each URL is a capability that works once.</summary>
/// <param name="Notice">PUT of the notice.</param>
/// <param name="Rebalance">PUT of the recommendation.</param>
public sealed record InterruptionUrls(Uri Notice, Uri Rebalance)
{
    /// <summary>Does not print the signatures.</summary>
    public override string ToString() => $"interruptions {Notice.AbsolutePath}";
}

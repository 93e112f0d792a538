using HybridLlm.AwsGpu.Teardown;

namespace HybridLlm.Applying;

/// <summary>Something rented is still there after all patience; it is tried again, and its lease ends it in any case.</summary>
public sealed class BurstRemainsException : HybridLlmException
{
    internal BurstRemainsException(TeardownReport report)
        : base(
            $"Still there: {string.Join(", ", report.StillThere.Select(r => $"{r.Resource.Kind} {r.Resource.Id} ({r.Reason ?? "going"})"))}.",
            "It is tried again by itself; if it lasts, remove it in the AWS console."
        ) { }
}

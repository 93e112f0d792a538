namespace HybridLlm.AwsGpu.Storage;

/// <summary>What is still missing from the bucket.</summary>
/// <param name="Spec">The bucket wanted.</param>
/// <param name="Steps">Changes to make, in order; empty when the bucket stands as wanted.</param>
public sealed record BucketPlan(BucketSpec Spec, IReadOnlyList<BucketStep> Steps);

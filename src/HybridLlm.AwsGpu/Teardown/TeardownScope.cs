namespace HybridLlm.AwsGpu.Teardown;

/// <summary>How much is taken down.</summary>
public enum TeardownScope
{
    /// <summary>What is rented while the cluster is awake: GPU instances and what came with them.</summary>
    Burst,

    /// <summary>Everything, the bucket with its contents included.</summary>
    Everything,
}

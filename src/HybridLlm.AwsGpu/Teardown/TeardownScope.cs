namespace HybridLlm.AwsGpu.Teardown;

/// <summary>How much is taken down.</summary>
public enum TeardownScope
{
    /// <summary>What is rented while the cluster is awake: GPU instances and what came with them.</summary>
    Burst,

    /// <summary>Everything, the bucket with its contents included.</summary>
    Everything,

    /// <summary>
    /// Everything but what would have to be fetched again at length: volumes and snapshots of models, and the models in the bucket. The report
    /// says what that costs a month.
    /// </summary>
    EverythingButModels,
}

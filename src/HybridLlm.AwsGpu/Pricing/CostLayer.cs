namespace HybridLlm.AwsGpu.Pricing;

/// <summary>When a part of the bill accrues.</summary>
public enum CostLayer
{
    /// <summary>Always, until the cluster is taken down.</summary>
    Foundation,

    /// <summary>Only while the cluster is awake.</summary>
    Burst,
}

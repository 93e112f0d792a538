namespace HybridLlm.AwsGpu.Interruptions;

/// <summary>What is heard of an instance, in the order in which it gets worse.</summary>
public enum InterruptionKind
{
    /// <summary>EC2 recommends to move away; it may take the instance soon, or never.</summary>
    Rebalance,

    /// <summary>EC2 announces that it takes the instance, in two minutes as a rule.</summary>
    Notice,

    /// <summary>The instance has ended without our doing, announced or not.</summary>
    Ended,
}

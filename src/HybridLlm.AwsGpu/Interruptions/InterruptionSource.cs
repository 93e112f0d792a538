namespace HybridLlm.AwsGpu.Interruptions;

/// <summary>Who tells of an interruption. All three may tell of the same one, in any order and more than once.</summary>
public enum InterruptionSource
{
    /// <summary>The node itself, from its metadata service.</summary>
    NodeAgent,

    /// <summary>EventBridge, through the cluster's queue.</summary>
    Queue,

    /// <summary>EC2's answer when it is asked what is there; the source of truth.</summary>
    Reconcile,
}

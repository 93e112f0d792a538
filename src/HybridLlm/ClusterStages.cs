namespace HybridLlm;

/// <summary>The stages <see cref="ClusterEvent.Stage"/> names.</summary>
public static class ClusterStages
{
    /// <summary>Mesh authority, network, bucket.</summary>
    public const string Foundation = "up.foundation";

    /// <summary>The artifacts a node needs, into the bucket.</summary>
    public const string Artifacts = "up.artifacts";

    /// <summary>The lighthouse: launch, enrolment, address.</summary>
    public const string Lighthouse = "up.lighthouse";

    /// <summary>The whole wake, from the demand to the loaded model.</summary>
    public const string Wake = "wake";

    /// <summary>Budget reserved, instance asked for.</summary>
    public const string Rent = "wake.rent";

    /// <summary>EC2 starts the instance, it boots and asks to enrol.</summary>
    public const string Boot = "wake.boot";

    /// <summary>The node's request is judged and answered.</summary>
    public const string Enrol = "wake.enrol";

    /// <summary>Mesh and k3s come up on the node.</summary>
    public const string Join = "wake.join";

    /// <summary>Liqo peers the node's cluster with the homelab, and Ollama becomes a pod there.</summary>
    public const string Peer = "wake.peer";

    /// <summary>The model goes into the GPU's memory.</summary>
    public const string Load = "wake.load";

    /// <summary>The lease is renewed.</summary>
    public const string Lease = "lease";

    /// <summary>The budget is nearly used up.</summary>
    public const string Budget = "budget";

    /// <summary>Nodes that nobody knows, or whose lease is over, are ended.</summary>
    public const string Garbage = "garbage";

    /// <summary>EC2 takes a node back; its answers move to another.</summary>
    public const string Reclaim = "reclaim";

    /// <summary>The GPU is given back.</summary>
    public const string Sleep = "sleep";

    /// <summary>What a lost controller left is taken in.</summary>
    public const string Adopt = "adopt";

    /// <summary>Everything is removed.</summary>
    public const string Down = "down";
}

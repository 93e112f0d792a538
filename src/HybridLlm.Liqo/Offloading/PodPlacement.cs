namespace HybridLlm.Liqo.Offloading;

/// <summary>Where pods of an offloaded namespace may run. Pods that exist already are never moved.</summary>
public enum PodPlacement
{
    /// <summary>On the consumer's own nodes and on virtual ones.</summary>
    LocalAndRemote,

    /// <summary>On virtual nodes only.</summary>
    Remote,

    /// <summary>On the consumer's own nodes only; the namespace is made on the providers, for its services and the like.</summary>
    Local,
}

namespace HybridLlm.Liqo.Peering;

/// <summary>How far a peering is, seen from the consumer.</summary>
public enum PeeringPhase
{
    /// <summary>The consumer holds nothing of it.</summary>
    None,

    /// <summary>Something of it is there, but no Ready node.</summary>
    Incomplete,

    /// <summary>The virtual node is Ready.</summary>
    Ready,

    /// <summary>The provider does not answer the consumer.</summary>
    Lost,
}

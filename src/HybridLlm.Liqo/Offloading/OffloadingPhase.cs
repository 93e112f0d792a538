namespace HybridLlm.Liqo.Offloading;

/// <summary>How far the offloading of a namespace is.</summary>
public enum OffloadingPhase
{
    /// <summary>The namespace is not offloaded.</summary>
    None,

    /// <summary>Liqo is at it.</summary>
    InProgress,

    /// <summary>It is wanted, but no provider is selected.</summary>
    NoClusterSelected,

    /// <summary>Every selected provider has it.</summary>
    Ready,

    /// <summary>Some of the selected providers could not make it.</summary>
    SomeFailed,

    /// <summary>No selected provider could make it.</summary>
    AllFailed,

    /// <summary>It is being undone.</summary>
    Terminating,
}

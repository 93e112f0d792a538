namespace HybridLlm.Testing.Liqo.Peering;

/// <summary>How a provider answers a ResourceSlice.</summary>
public enum SliceAnswer
{
    /// <summary>It gives what is asked.</summary>
    Accept = 0,

    /// <summary>It refuses the identity.</summary>
    DenyAuthentication = 1,

    /// <summary>It takes the identity and refuses the resources.</summary>
    DenyResources = 2,

    /// <summary>It takes the identity and never says anything about the resources.</summary>
    NeverAnswerResources = 3,

    /// <summary>It says nothing at all.</summary>
    NeverAnswer = 4,
}

namespace HybridLlm.AwsGpu.Offerings;

/// <summary>Whether a node may be bought on demand when no spot pool gives one.</summary>
public enum OnDemandFallback
{
    /// <summary>Never: no spot, no node.</summary>
    Never,

    /// <summary>After spot has been asked for in vain for <see cref="MarketPolicy.WaitForSpot"/>.</summary>
    AfterWait,

    /// <summary>At once, in the same wake.</summary>
    AtOnce,
}

namespace HybridLlm.AwsGpu;

/// <summary>How far an AWS error code reaches: what else would be refused for the same reason.</summary>
public enum AwsErrorScope
{
    /// <summary>This call, its parameters or the resource it names.</summary>
    Call,

    /// <summary>One instance type in one zone, in one market or in both.</summary>
    Pool,

    /// <summary>Every instance type in the subnet's zone.</summary>
    Subnet,

    /// <summary>
    /// Every zone of the region, for the instance families that share a quota (G and VT, or P) in one market. Another zone never helps; a smaller
    /// type, the other market or another region may.
    /// </summary>
    Family,

    /// <summary>The whole spot market of the account.</summary>
    SpotMarket,

    /// <summary>A limit of the account in the region.</summary>
    Region,

    /// <summary>The account, its credentials or its permissions.</summary>
    Account,
}

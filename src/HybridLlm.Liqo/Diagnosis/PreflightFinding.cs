using HybridLlm.Liqo.Clusters;

namespace HybridLlm.Liqo.Diagnosis;

/// <summary>One thing looked at before a peering.</summary>
public sealed record PreflightFinding
{
    /// <summary>What was looked at.</summary>
    public required PreflightCheck Check { get; init; }

    /// <summary>How it stands.</summary>
    public required PreflightVerdict Verdict { get; init; }

    /// <summary>The cluster it is about; null for the two together.</summary>
    public ClusterSide? Cluster { get; init; }

    /// <summary>What was seen, one sentence.</summary>
    public required string Message { get; init; }

    /// <summary>What the operator can do; empty where nothing need be done.</summary>
    public string Remedy { get; init; } = "";

    /// <summary>E.g. <c>FAIL provider Version: it runs Liqo 1.0.3. Install Liqo 1.2.0.</c>.</summary>
    public override string ToString()
    {
        var verdict = Verdict switch
        {
            PreflightVerdict.Passed => "ok  ",
            PreflightVerdict.Warning => "warn",
            PreflightVerdict.Failed => "FAIL",
            _ => "?   ",
        };
        var side = Cluster switch
        {
            ClusterSide.Consumer => "consumer ",
            ClusterSide.Provider => "provider ",
            _ => "",
        };
        return $"{verdict} {side}{Check}: {Message} {Remedy}".TrimEnd();
    }
}

/// <summary>What is looked at before a peering.</summary>
public enum PreflightCheck
{
    /// <summary>Whether the API server answers.</summary>
    Reachability,

    /// <summary>The installed Liqo's version, and that both have the same minor one.</summary>
    Version,

    /// <summary>Whether Liqo's API groups are served.</summary>
    Definitions,

    /// <summary>Whether the ids are valid, and different.</summary>
    Identity,

    /// <summary>The algorithm of the consumer's key.</summary>
    Key,

    /// <summary>Which of Liqo's modules are on.</summary>
    Modules,

    /// <summary>Whether ranges of addresses overlap.</summary>
    Ranges,

    /// <summary>Where the provider says its API server is, and whether its certificate holds for that.</summary>
    ApiServer,

    /// <summary>What the kubeconfig's user may do.</summary>
    Rights,

    /// <summary>What an earlier peering has left.</summary>
    Leftovers,

    /// <summary>Whether the provider has what is asked of it.</summary>
    Capacity,

    /// <summary>Whether pods of Liqo may start where Pod Security is enforced.</summary>
    PodSecurity,

    /// <summary>Whether the virtual node's name is free on the consumer.</summary>
    NodeName,
}

/// <summary>How a thing looked at stands.</summary>
public enum PreflightVerdict
{
    /// <summary>As it should be.</summary>
    Passed,

    /// <summary>A peering works, and something about it may surprise.</summary>
    Warning,

    /// <summary>A peering cannot work.</summary>
    Failed,

    /// <summary>The kubeconfig's user may not see it.</summary>
    Unknown,
}

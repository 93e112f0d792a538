namespace HybridLlm.Nebula.Firewall;

/// <summary>What decided about a packet. Nebula's metrics count the refusals under the names given.</summary>
public enum FirewallReason
{
    /// <summary>A rule allows it.</summary>
    RuleMatches,

    /// <summary>The peer's certificate does not carry the remote address (<c>dropped_remote_addr</c>).</summary>
    RemoteAddressNotInCertificate,

    /// <summary>The remote address is the peer's, but in none of our networks (<c>dropped_remote_addr</c>).</summary>
    RemoteAddressNotInOurNetworks,

    /// <summary>Our certificate does not carry the local address (<c>dropped_local_addr</c>).</summary>
    LocalAddressNotInCertificate,

    /// <summary>No rule allows it (<c>dropped_no_rule</c>).</summary>
    NoRule,
}

/// <summary>What a node does with a packet, and why.</summary>
/// <param name="IsAllowed">Whether it passes.</param>
/// <param name="Reason">What decided.</param>
/// <param name="Rule">The rule that allows it; null when none does.</param>
/// <param name="Explanation">A sentence or two for people.</param>
public sealed record FirewallVerdict(bool IsAllowed, FirewallReason Reason, FirewallRule? Rule, string Explanation);

using HybridLlm.Nebula.Networks;

namespace HybridLlm.Nebula.Firewall;

/// <summary>Something a node may be sent, or may send: what, with whom, and why.</summary>
public sealed record FirewallAdmission
{
    /// <summary>Why; becomes a comment in the file.</summary>
    public required string Purpose { get; init; }

    /// <summary>Protocol.</summary>
    public required FirewallProtocol Protocol { get; init; }

    /// <summary>Ports on the receiving side.</summary>
    public FirewallPorts Ports { get; init; }

    /// <summary>Groups, any of which the peer must have; empty for every member of the mesh.</summary>
    public IReadOnlyList<string> Groups { get; init; } = [];

    /// <summary>Range behind this node it is about, e.g. its pods; null for the node's own addresses in the mesh.</summary>
    public NebulaPrefix? BehindNode { get; init; }

    internal IEnumerable<FirewallRule> Rules()
    {
        // One rule's groups must all be present, so each alternative is a rule of its own.
        IEnumerable<IReadOnlyList<string>> alternatives =
            Groups.Count == 0
                ?
                [
                    [],
                ]
                : Groups.Select(g => new[] { g });
        return alternatives.Select(groups => new FirewallRule
        {
            Purpose = Purpose,
            Protocol = Protocol,
            Ports = Ports,
            Host = groups.Count == 0 ? "any" : null,
            Groups = groups,
            LocalCidr = BehindNode is { } range ? FirewallRange.Of(range) : null,
        });
    }
}

using HybridLlm.Nebula.Certificates;
using HybridLlm.Nebula.Networks;

namespace HybridLlm.Nebula.Rotation;

/// <summary>How a mesh gets from v1 to v2 certificates.</summary>
public enum MigrationStrategy
{
    /// <summary>
    /// Node by node from a v1 to a v2 certificate; nodes of either kind talk to each other meanwhile. What nebula's maintainers
    /// recommend (slackhq/nebula#1868). Every node needs 1.10 first.
    /// </summary>
    CrossCertificates,

    /// <summary>Every node carries both for a while. Nodes older than 1.10 may stay until handshakes begin with v2.</summary>
    DualCertificates,
}

/// <summary>A node to migrate.</summary>
public sealed record MigrationNode
{
    /// <summary>Its v1 certificate.</summary>
    public required NebulaCertificate Certificate { get; init; }

    /// <summary>Release of nebula it runs, e.g. 1.11.0.</summary>
    public required Version NebulaVersion { get; init; }

    /// <summary>Networks it gets beside its IPv4 one, e.g. IPv6.</summary>
    public IReadOnlyList<NebulaPrefix> AddedNetworks { get; init; } = [];
}

/// <summary>The migration wanted.</summary>
public sealed record MigrationSpec
{
    /// <summary>How.</summary>
    public MigrationStrategy Strategy { get; init; } = MigrationStrategy.CrossCertificates;

    /// <summary>Every node of the mesh.</summary>
    public required IReadOnlyList<MigrationNode> Nodes { get; init; }
}

using HybridLlm.Nebula.Certificates;
using HybridLlm.Nebula.Configuration;

namespace HybridLlm.Nebula.Firewall;

/// <summary>A node as others meet it: who it is, whom it trusts, and how it is configured.</summary>
public sealed record MeshNode
{
    /// <summary>Its certificate; of several the newest version.</summary>
    public required NebulaCertificate Certificate { get; init; }

    /// <summary>Authorities it trusts.</summary>
    public required CaPool Authorities { get; init; }

    /// <summary>Its configuration; firewall, blocklist, cipher and unsafe routes count here.</summary>
    public required NebulaConfig Config { get; init; }
}

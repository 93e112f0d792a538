using HybridLlm.Nebula.Keys;
using HybridLlm.Nebula.Networks;

namespace HybridLlm.Nebula.Certificates;

/// <summary>The host certificate wanted, for a public key that may have been made anywhere.</summary>
public sealed record HostCertificateRequest
{
    /// <summary>Host name, 1..253 bytes; firewall rules may refer to it (<c>host</c>).</summary>
    public required string Name { get; init; }

    /// <summary>The host's public key.</summary>
    public required HostPublicKey PublicKey { get; init; }

    /// <summary>The host's addresses with the mesh's prefix length, at least one; v1 exactly one, IPv4.</summary>
    public required IReadOnlyList<NebulaPrefix> Networks { get; init; }

    /// <summary>Ranges behind the host that others reach through it.</summary>
    public IReadOnlyList<NebulaPrefix> UnsafeNetworks { get; init; } = [];

    /// <summary>Groups, for firewall rules.</summary>
    public IReadOnlyList<string> Groups { get; init; } = [];

    /// <summary>First instant of validity, usually now; a node whose clock is behind it calls the certificate expired.</summary>
    public required DateTimeOffset NotBefore { get; init; }

    /// <summary>Last instant of validity; null for one second before the authority's end, as nebula-cert does.</summary>
    public DateTimeOffset? NotAfter { get; init; }

    /// <summary>Format; null for the authority's own.</summary>
    public CertificateVersion? Version { get; init; }
}

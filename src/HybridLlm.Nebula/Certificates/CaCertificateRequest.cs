using HybridLlm.Nebula.Networks;

namespace HybridLlm.Nebula.Certificates;

/// <summary>The certificate authority wanted. The three limits bind everything it will ever sign.</summary>
public sealed record CaCertificateRequest
{
    /// <summary>Name of the mesh, 1..253 bytes; firewall rules may refer to it (<c>ca_name</c>).</summary>
    public required string Name { get; init; }

    /// <summary>First instant of validity, usually now.</summary>
    public required DateTimeOffset NotBefore { get; init; }

    /// <summary>Last instant of validity. Nothing it signs lives longer, and renewing it is a rotation on every node.</summary>
    public required DateTimeOffset NotAfter { get; init; }

    /// <summary>Groups it may sign; empty for any.</summary>
    public IReadOnlyList<string> Groups { get; init; } = [];

    /// <summary>Networks its hosts' addresses must lie in; empty for any. Listing only IPv4 forbids all IPv6.</summary>
    public IReadOnlyList<NebulaPrefix> Networks { get; init; } = [];

    /// <summary>Ranges its hosts' unsafe networks must lie in; empty for any.</summary>
    public IReadOnlyList<NebulaPrefix> UnsafeNetworks { get; init; } = [];

    /// <summary>Format of the authority's own certificate, and by default of what it signs.</summary>
    public CertificateVersion Version { get; init; } = CertificateVersion.V2;
}

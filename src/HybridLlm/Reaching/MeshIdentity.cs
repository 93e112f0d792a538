using System.Net;

namespace HybridLlm.Reaching;

/// <summary>The controlling process as a member of the mesh.</summary>
public sealed record MeshIdentity
{
    /// <summary>Its overlay address.</summary>
    public required IPAddress Address { get; init; }

    /// <summary>PEM of the mesh's authority.</summary>
    public required string AuthorityPem { get; init; }

    /// <summary>PEM of its own certificate.</summary>
    public required string CertificatePem { get; init; }
}

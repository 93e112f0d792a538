using HybridLlm.Nebula.Keys;
using HybridLlm.Nebula.Networks;

namespace HybridLlm.Nebula.Certificates;

/// <summary>
/// What a certificate says, before somebody signs it (nebula's <c>TBSCertificate</c>). It proves nothing by itself; a
/// <see cref="CertificateAuthority"/> turns it into a <see cref="NebulaCertificate"/>.
/// </summary>
public sealed record ToBeSignedCertificate
{
    /// <summary>Format to write.</summary>
    public required CertificateVersion Version { get; init; }

    /// <summary>Name of the host or authority; 1..253 bytes of UTF-8.</summary>
    public required string Name { get; init; }

    /// <summary>
    /// Host: its addresses with their networks, at least one; v1 exactly one, IPv4. Authority: what it may sign, empty for
    /// anything.
    /// </summary>
    public IReadOnlyList<NebulaPrefix> Networks { get; init; } = [];

    /// <summary>Host: ranges behind it that it routes for. Authority: what it may sign, empty for anything.</summary>
    public IReadOnlyList<NebulaPrefix> UnsafeNetworks { get; init; } = [];

    /// <summary>Host: groups that firewall rules name. Authority: groups it may sign, empty for any. Order is kept.</summary>
    public IReadOnlyList<string> Groups { get; init; } = [];

    /// <summary>Whether the certificate is an authority's own.</summary>
    public bool IsCa { get; init; }

    /// <summary>First instant of validity, whole seconds; fractions are cut off.</summary>
    public required DateTimeOffset NotBefore { get; init; }

    /// <summary>Last instant of validity, itself included, whole seconds; fractions are cut off.</summary>
    public required DateTimeOffset NotAfter { get; init; }

    /// <summary>Curve of <see cref="PublicKey"/> and of the authority.</summary>
    public required NebulaCurve Curve { get; init; }

    /// <summary>Raw public key: a <see cref="HostPublicKey"/>'s bytes, or for an authority a <see cref="CaPublicKey"/>'s.</summary>
    public required ReadOnlyMemory<byte> PublicKey { get; init; }

    /// <summary>Fingerprint of the authority's certificate, lower-case hex; empty on an authority's own. Signing sets it.</summary>
    public string Issuer { get; init; } = "";
}

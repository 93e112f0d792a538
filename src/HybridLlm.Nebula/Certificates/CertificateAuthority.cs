using HybridLlm.Nebula.Keys;

namespace HybridLlm.Nebula.Certificates;

/// <summary>An authority's certificate together with something that signs for it.</summary>
public sealed class CertificateAuthority
{
    private readonly INebulaSigner _signer;

    private CertificateAuthority(NebulaCertificate certificate, INebulaSigner signer)
    {
        Certificate = certificate;
        _signer = signer;
    }

    /// <summary>The authority's own certificate, which every node of the mesh trusts.</summary>
    public NebulaCertificate Certificate { get; }

    /// <summary>Makes a new authority around a signer, e.g. <c>CaKeyPair.Generate()</c>.</summary>
    /// <exception cref="NebulaValidationException">The request breaks a rule.</exception>
    public static async Task<CertificateAuthority> CreateAsync(
        CaCertificateRequest request,
        INebulaSigner signer,
        CancellationToken cancellationToken = default
    )
    {
        ArgumentNullException.ThrowIfNull(request);
        ArgumentNullException.ThrowIfNull(signer);
        ToBeSignedCertificate body = new()
        {
            Version = request.Version,
            Name = request.Name,
            Networks = request.Networks,
            UnsafeNetworks = request.UnsafeNetworks,
            Groups = request.Groups,
            IsCa = true,
            NotBefore = request.NotBefore,
            NotAfter = request.NotAfter,
            Curve = signer.PublicKey.Curve,
            PublicKey = signer.PublicKey.Bytes,
        };
        var certificate = await CertificateSigning
            .SignAsync(body, null, signer, cancellationToken)
            .ConfigureAwait(false);
        return new CertificateAuthority(certificate, signer);
    }

    /// <summary>Joins an authority's certificate and its signer.</summary>
    /// <exception cref="NebulaException">It is no authority's certificate, or the key is another's.</exception>
    public static CertificateAuthority Load(NebulaCertificate certificate, INebulaSigner signer)
    {
        ArgumentNullException.ThrowIfNull(certificate);
        ArgumentNullException.ThrowIfNull(signer);
        if (!certificate.IsCa)
        {
            throw new NebulaException(
                new NebulaFault(
                    "ca-not-an-authority",
                    $"The certificate '{certificate.Name}' is a host's and cannot sign.",
                    "Give the authority's certificate (ca.crt)."
                )
            );
        }

        return certificate.IsFor(signer.PublicKey)
            ? new CertificateAuthority(certificate, signer)
            : throw new NebulaException(
                new NebulaFault(
                    "ca-key-mismatch",
                    $"The key ({signer.PublicKey}) does not belong to the certificate '{certificate.Name}'"
                        + $" ({Convert.ToHexStringLower(certificate.PublicKey.Span)}).",
                    "Give the ca.crt and ca.key that were made together."
                )
            );
    }

    /// <summary>Reads <c>ca.crt</c> and <c>ca.key</c>; of several certificates the one the key belongs to.</summary>
    /// <param name="certificatePem">Text of <c>ca.crt</c>.</param>
    /// <param name="privateKeyPem">Text of <c>ca.key</c>.</param>
    /// <param name="passphrase">Opens an encrypted key; null when it is plain.</param>
    /// <exception cref="NebulaException">One of them is malformed, they do not belong together, or the passphrase is wrong.</exception>
    public static CertificateAuthority Load(string certificatePem, string privateKeyPem, string? passphrase = null)
    {
        var key = CaKeyPair.ParsePem(privateKeyPem, passphrase);
        var certificates = NebulaCertificate.ParseBundle(certificatePem);
        return Load(certificates.FirstOrDefault(c => c.IsFor(key.PublicKey)) ?? certificates[0], key);
    }

    /// <summary>Issues a host certificate.</summary>
    /// <exception cref="NebulaValidationException">The request breaks a rule or this authority's limits.</exception>
    public Task<NebulaCertificate> IssueAsync(
        HostCertificateRequest request,
        CancellationToken cancellationToken = default
    )
    {
        ArgumentNullException.ThrowIfNull(request);
        ToBeSignedCertificate body = new()
        {
            Version = request.Version ?? Certificate.Version,
            Name = request.Name,
            Networks = request.Networks,
            UnsafeNetworks = request.UnsafeNetworks,
            Groups = request.Groups,
            NotBefore = request.NotBefore,
            NotAfter = request.NotAfter ?? Certificate.NotAfter.AddSeconds(-1),
            Curve = request.PublicKey.Curve,
            PublicKey = request.PublicKey.Bytes,
        };
        return SignAsync(body, cancellationToken);
    }

    /// <summary>Signs a host certificate field by field, e.g. the body of an old one <c>with</c> new times.</summary>
    /// <exception cref="NebulaValidationException">The body breaks a rule or this authority's limits.</exception>
    public Task<NebulaCertificate> SignAsync(ToBeSignedCertificate body, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(body);
        return CertificateSigning.SignAsync(body, Certificate, _signer, cancellationToken);
    }
}

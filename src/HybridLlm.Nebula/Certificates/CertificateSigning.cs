using HybridLlm.Nebula.Keys;

namespace HybridLlm.Nebula.Certificates;

/// <summary>From a body to a certificate: rules, the authority's limits, the signature in its low form, and a check of it.</summary>
internal static class CertificateSigning
{
    /// <param name="body">What to sign.</param>
    /// <param name="authority">Who signs; null for an authority that signs itself.</param>
    /// <param name="signer">The authority's key.</param>
    /// <param name="cancellationToken">Gives up waiting for the signature.</param>
    public static async Task<NebulaCertificate> SignAsync(
        ToBeSignedCertificate body,
        NebulaCertificate? authority,
        INebulaSigner signer,
        CancellationToken cancellationToken
    )
    {
        var canonical = Canonical(body) with { Issuer = authority?.Fingerprint ?? "" };
        NebulaValidationException.ThrowIfAny($"The certificate of '{body.Name}'", Faults(canonical, authority));

        var format = CertificateFormat.Of(canonical.Version);
        var details = format.EncodeDetails(canonical);
        CheckSize(canonical, details);
        var message = format.SignedBytes(details, canonical);
        var signature = await signer.SignAsync(message, cancellationToken).ConfigureAwait(false);
        if (!signer.PublicKey.Verify(message, signature))
        {
            throw new NebulaException(
                new NebulaFault(
                    "signer-broken",
                    $"The signer returned {signature.Length} bytes that are no signature of its key.",
                    "Check the signer: Ed25519 signs the message itself, P-256 its SHA-256 in DER."
                )
            );
        }

        return new NebulaCertificate(
            canonical,
            details,
            canonical.Curve == NebulaCurve.P256 ? EcdsaSignature.ToLowS(signature) : signature
        );
    }

    // Nebula-cert signs a longer one and cannot read it back.
    private static void CheckSize(ToBeSignedCertificate body, byte[] details)
    {
        if (body.Version == CertificateVersion.V2 && details.Length > CertificateV2Format.MaxDetailsSize)
        {
            NebulaFault fault = new(
                "certificate-size",
                $"The certificate of '{body.Name}' would have more than {CertificateV2Format.MaxSize} bytes.",
                "List fewer groups or networks."
            );
            NebulaValidationException.ThrowIfAny($"The certificate of '{body.Name}'", [fault]);
        }
    }

    private static ToBeSignedCertificate Canonical(ToBeSignedCertificate body) =>
        body with
        {
            // v2 is written sorted; v1 as given, because readers take the first network for the host's own.
            Networks = body.Version == CertificateVersion.V2 ? [.. body.Networks.Order()] : [.. body.Networks],
            UnsafeNetworks =
                body.Version == CertificateVersion.V2 ? [.. body.UnsafeNetworks.Order()] : [.. body.UnsafeNetworks],
            Groups = [.. body.Groups],
            NotBefore = DateTimeOffset.FromUnixTimeSeconds(body.NotBefore.ToUnixTimeSeconds()),
            NotAfter = DateTimeOffset.FromUnixTimeSeconds(body.NotAfter.ToUnixTimeSeconds()),
            PublicKey = body.PublicKey.ToArray(),
        };

    private static List<NebulaFault> Faults(ToBeSignedCertificate body, NebulaCertificate? authority)
    {
        List<NebulaFault> faults = [.. CertificateRules.OfSigner(body)];
        if (authority is null)
        {
            return faults;
        }

        if (body.IsCa)
        {
            faults.Add(
                new NebulaFault(
                    "certificate-intermediate",
                    $"'{body.Name}' would be an authority under '{authority.Name}'; Nebula knows no intermediates.",
                    "Make a second authority and let nodes trust both."
                )
            );
        }

        if (body.Curve != authority.Curve)
        {
            faults.Add(
                new NebulaFault(
                    "certificate-curve",
                    $"The key of '{body.Name}' is on {body.Curve}, the authority '{authority.Name}' on {authority.Curve}.",
                    $"Make the host a {authority.Curve} key."
                )
            );
        }

        faults.AddRange(CaLimits.Violations(authority, body).Select(v => v.Fault));
        return faults;
    }
}

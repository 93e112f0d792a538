namespace HybridLlm.Nebula.Certificates;

/// <summary>The authorities a node trusts: its <c>pki.ca</c>. Nebula knows no intermediates, so each is self-signed.</summary>
public sealed class CaPool
{
    private readonly Dictionary<string, NebulaCertificate> _byFingerprint;

    /// <summary>Gathers authorities. Expired ones are kept: what they signed then fails with that very reason.</summary>
    /// <exception cref="NebulaValidationException">One is no authority or not signed by itself.</exception>
    public CaPool(IEnumerable<NebulaCertificate> authorities)
    {
        ArgumentNullException.ThrowIfNull(authorities);
        var all = authorities.ToList();
        NebulaValidationException.ThrowIfAny("The set of trusted authorities", [.. all.SelectMany(Faults)]);
        _byFingerprint = all.DistinctBy(c => c.Fingerprint).ToDictionary(c => c.Fingerprint);
    }

    /// <summary>The authorities, by fingerprint.</summary>
    public IReadOnlyList<NebulaCertificate> Authorities =>
        [.. _byFingerprint.Values.OrderBy(c => c.Fingerprint, StringComparer.Ordinal)];

    /// <summary>Reads a <c>ca.crt</c> with one or more certificates.</summary>
    /// <exception cref="NebulaFormatException">It holds no certificate, or a malformed one.</exception>
    /// <exception cref="NebulaValidationException">One is no authority or not signed by itself.</exception>
    public static CaPool ParsePem(string pem) => new(NebulaCertificate.ParseBundle(pem));

    /// <summary>The authority that <paramref name="certificate"/> names as its issuer; null when it is not trusted here.</summary>
    public NebulaCertificate? FindIssuer(NebulaCertificate certificate)
    {
        ArgumentNullException.ThrowIfNull(certificate);
        return _byFingerprint.GetValueOrDefault(certificate.Issuer);
    }

    /// <summary>Makes nebula's checks in nebula's order, and says which one failed.</summary>
    /// <param name="certificate">A host's certificate.</param>
    /// <param name="now">The instant it must be valid at.</param>
    /// <param name="blocklist">Fingerprints to refuse; null for none.</param>
    public VerificationResult Verify(
        NebulaCertificate certificate,
        DateTimeOffset now,
        CertificateBlocklist? blocklist = null
    )
    {
        ArgumentNullException.ThrowIfNull(certificate);
        var authority = FindIssuer(certificate);
        var failed = VerificationChecks.Failures(certificate, authority, now, blocklist).FirstOrDefault();
        return new VerificationResult(failed.Failure, authority, failed.Fault);
    }

    private static IEnumerable<NebulaFault> Faults(NebulaCertificate certificate)
    {
        if (!certificate.IsCa)
        {
            yield return new(
                "ca-not-an-authority",
                $"The certificate '{certificate.Name}' is a host's, not an authority's.",
                "Put only authorities' certificates into ca.crt."
            );
        }
        else if (!certificate.IsSignedBy(certificate))
        {
            yield return new(
                "ca-not-self-signed",
                $"The authority '{certificate.Name}' did not sign its own certificate; Nebula knows no intermediates.",
                "Trust the authority that signs hosts directly."
            );
        }
    }
}

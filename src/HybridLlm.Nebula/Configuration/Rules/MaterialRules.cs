using HybridLlm.Nebula.Certificates;
using HybridLlm.Nebula.Keys;

namespace HybridLlm.Nebula.Configuration.Rules;

/// <summary>
/// Whether the certificates and the key that <c>pki</c> points to belong together and are good. <c>nebula -test</c> does not even
/// look whether the authority signed the host.
/// </summary>
internal static class MaterialRules
{
    /// <returns>The host's certificate, of two the v2 one; null when there is none to go by.</returns>
    public static NebulaCertificate? Check(NebulaConfig config, PkiMaterial material, ConfigFindings findings)
    {
        var pool = Read("pki.ca", config.Pki.Ca, material.Ca, CaPool.ParsePem, findings);
        var certificates =
            Read(
                "pki.cert",
                config.Pki.Certificate,
                material.Certificate,
                pem => NebulaCertificate.ParseBundle(pem),
                findings
            ) ?? [];
        var key = IsHeldElsewhere(config.Pki.Key)
            ? null
            : Read("pki.key", config.Pki.Key, material.Key, HostKeyPair.ParsePem, findings);

        CheckAuthorities(pool, material.Now, findings);
        CheckBundle(certificates, config.Pki.InitiatingVersion, findings);
        foreach (var certificate in certificates)
        {
            CheckHost(certificate, pool, key, config.Pki.Blocklist, material.Now, findings);
        }

        return certificates.OrderByDescending(c => c.Version).FirstOrDefault(c => !c.IsCa);
    }

    private static bool IsHeldElsewhere(string? key) => key?.StartsWith("pkcs11:", StringComparison.Ordinal) == true;

    private static T? Read<T>(
        string path,
        string? configured,
        string? text,
        Func<string, T> parse,
        ConfigFindings findings
    )
        where T : class
    {
        if (string.IsNullOrEmpty(configured))
        {
            return null;
        }

        if (text is null)
        {
            findings.Error(
                path,
                "config-pki-unreadable",
                $"{path} ({PkiConfig.Shown(configured)}) cannot be read; nebula does not start.",
                "Check the path and who may read the file."
            );
            return null;
        }

        try
        {
            return parse(text);
        }
        catch (NebulaValidationException e)
        {
            findings.Error(path, e.Code, e.Faults[0].Message, e.Remedy);
            return null;
        }
        catch (NebulaException e)
        {
            findings.Error(path, e.Code, e.Message, e.Remedy);
            return null;
        }
    }

    private static void CheckAuthorities(CaPool? pool, DateTimeOffset now, ConfigFindings findings)
    {
        var ended = pool?.Authorities.Where(c => !c.IsValidAt(now)).ToList() ?? [];
        foreach (var authority in ended)
        {
            var message =
                $"The authority '{authority.Name}' is valid from {authority.NotBefore:u} to {authority.NotAfter:u}, not at {now:u}.";
            if (ended.Count == pool!.Authorities.Count)
            {
                findings.Error(
                    "pki.ca",
                    "config-ca-expired",
                    message,
                    "Give an authority that is valid; nebula does not start."
                );
            }
            else
            {
                findings.Warn("pki.ca", "config-ca-expired", message, "Remove it once no host needs it.");
            }
        }
    }

    private static void CheckBundle(
        IReadOnlyList<NebulaCertificate> certificates,
        CertificateVersion? initiating,
        ConfigFindings findings
    )
    {
        if (certificates.GroupBy(c => c.Version).Any(g => g.Count() > 1))
        {
            findings.Error(
                "pki.cert",
                "config-cert-twice",
                "There are two certificates of one version; nebula does not start.",
                "Keep one v1 and one v2 at most."
            );
        }

        if (certificates.Count > 1 && !certificates.All(c => BelongsTo(certificates[0], c)))
        {
            findings.Error(
                "pki.cert",
                "config-cert-pair",
                "The v1 and the v2 certificate differ in key, curve or first network; nebula does not start.",
                "Issue both for one key, with the same IPv4 address first."
            );
        }

        if (
            initiating == CertificateVersion.V1
            && certificates.Count > 0
            && certificates.All(c => c.Version != initiating)
        )
        {
            findings.Error(
                "pki.initiating_version",
                "config-initiating-version",
                "There is no v1 certificate to begin handshakes with; nebula does not start.",
                "Add one, or remove pki.initiating_version."
            );
        }
    }

    private static bool BelongsTo(NebulaCertificate a, NebulaCertificate b) =>
        a.Curve == b.Curve
        && a.PublicKey.Span.SequenceEqual(b.PublicKey.Span)
        && a.Networks.Take(1).SequenceEqual(b.Networks.Take(1));

    private static void CheckHost(
        NebulaCertificate certificate,
        CaPool? pool,
        HostKeyPair? key,
        IReadOnlyList<string> blocklist,
        DateTimeOffset now,
        ConfigFindings findings
    )
    {
        if (certificate.IsCa)
        {
            findings.Error(
                "pki.cert",
                "config-cert-ca",
                $"'{certificate.Name}' is an authority's certificate; nebula does not start.",
                "Give the host's."
            );
            return;
        }

        if (key is not null && !certificate.IsFor(key.PublicKey))
        {
            findings.Error(
                "pki.key",
                "config-key-mismatch",
                $"The key does not belong to the certificate '{certificate.Name}'; nebula does not start.",
                "Give the key the certificate was issued for."
            );
        }

        if (pool?.Verify(certificate, now).Fault is { } fault)
        {
            findings.Error("pki.cert", fault.Code, fault.Message, fault.Remedy);
        }

        if (blocklist.Contains(certificate.Fingerprint))
        {
            findings.Error(
                "pki.blocklist",
                "config-cert-blocked",
                $"The node's own certificate '{certificate.Name}' is on its blocklist.",
                "Issue it another certificate, with a new key."
            );
        }
    }
}

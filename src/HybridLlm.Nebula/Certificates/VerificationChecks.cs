namespace HybridLlm.Nebula.Certificates;

/// <summary>Nebula's checks in nebula's order (<c>cert/ca_pool.go</c>). Lazy: a check runs only when those before it passed.</summary>
internal static class VerificationChecks
{
    public static IEnumerable<(VerificationFailure Failure, NebulaFault Fault)> Failures(
        NebulaCertificate certificate,
        NebulaCertificate? authority,
        DateTimeOffset now,
        CertificateBlocklist? blocklist
    )
    {
        if (blocklist?.Contains(certificate) == true)
        {
            yield return (
                VerificationFailure.Blocklisted,
                new(
                    "verify-blocklisted",
                    $"'{certificate.Name}' is on the blocklist ({certificate.Fingerprint}).",
                    "Issue the host a certificate with a new key, if it is to be trusted again."
                )
            );
        }

        if (certificate.Issuer.Length == 0)
        {
            yield return (
                VerificationFailure.NoIssuer,
                new(
                    "verify-no-issuer",
                    $"'{certificate.Name}' names no issuer: {(certificate.IsCa ? "it is an authority's own" : "it is unsigned")}.",
                    "Verify host certificates; an authority is trusted by being in ca.crt."
                )
            );
        }

        if (authority is null)
        {
            yield return (
                VerificationFailure.UnknownIssuer,
                new(
                    "verify-unknown-issuer",
                    $"The issuer of '{certificate.Name}' ({certificate.Issuer}) is not trusted here.",
                    "Add the authority that signed it to ca.crt, or sign the host with a trusted one."
                )
            );
            yield break;
        }

        if (certificate.Curve != authority.Curve)
        {
            yield return (
                VerificationFailure.CurveMismatch,
                new(
                    "verify-curve",
                    $"'{certificate.Name}' is on {certificate.Curve}, its authority '{authority.Name}' on {authority.Curve}.",
                    $"Issue it again for a {authority.Curve} key."
                )
            );
        }

        if (!authority.IsValidAt(now))
        {
            yield return (
                VerificationFailure.AuthorityExpired,
                new(
                    "verify-authority-expired",
                    $"The authority '{authority.Name}' is valid from {authority.NotBefore:u} to {authority.NotAfter:u}, not at {now:u}.",
                    "Rotate to a new authority: trust both, reissue every host, then drop the old one."
                )
            );
        }

        if (certificate.NotAfter < now)
        {
            yield return (
                VerificationFailure.Expired,
                new(
                    "verify-expired",
                    $"'{certificate.Name}' expired {certificate.NotAfter:u}; it is {now:u}.",
                    "Issue it again with a later end."
                )
            );
        }

        if (now < certificate.NotBefore)
        {
            yield return (
                VerificationFailure.NotYetValid,
                new(
                    "verify-not-yet-valid",
                    $"'{certificate.Name}' is valid from {certificate.NotBefore:u}; it is {now:u}.",
                    "Check the clocks of this machine and of the one that issued it."
                )
            );
        }

        if (!certificate.IsSignedBy(authority))
        {
            yield return (
                VerificationFailure.SignatureMismatch,
                new(
                    "verify-signature",
                    $"'{certificate.Name}' names '{authority.Name}' as issuer, but that authority did not sign it.",
                    "Do not trust it; it was altered or forged."
                )
            );
        }

        foreach (var violation in CaLimits.Violations(authority, certificate.Body))
        {
            yield return violation;
        }

        if (certificate.IsCa)
        {
            yield return (
                VerificationFailure.AuthorityAsHost,
                new(
                    "verify-authority-as-host",
                    $"'{certificate.Name}' is an authority's certificate signed by another; no node accepts it.",
                    "Issue the host a certificate of its own."
                )
            );
        }
    }
}

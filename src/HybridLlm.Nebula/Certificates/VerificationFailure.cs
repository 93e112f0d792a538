namespace HybridLlm.Nebula.Certificates;

/// <summary>The check a certificate failed, in the order nebula makes them (<c>cert/ca_pool.go</c>).</summary>
public enum VerificationFailure
{
    /// <summary>None: the certificate is good.</summary>
    None = 0,

    /// <summary>One of its fingerprints is on the blocklist.</summary>
    Blocklisted,

    /// <summary>It names no issuer.</summary>
    NoIssuer,

    /// <summary>Its issuer is not among the trusted authorities.</summary>
    UnknownIssuer,

    /// <summary>Its curve is not its authority's.</summary>
    CurveMismatch,

    /// <summary>Its authority has expired, or is not valid yet.</summary>
    AuthorityExpired,

    /// <summary>It has expired.</summary>
    Expired,

    /// <summary>It is not valid yet; nebula says "expired" to this too.</summary>
    NotYetValid,

    /// <summary>The signature is not its authority's.</summary>
    SignatureMismatch,

    /// <summary>It ends after its authority.</summary>
    OutlivesAuthority,

    /// <summary>It begins before its authority.</summary>
    PredatesAuthority,

    /// <summary>It has a group its authority may not sign.</summary>
    GroupNotAllowed,

    /// <summary>It has a network its authority may not sign.</summary>
    NetworkNotAllowed,

    /// <summary>It has an unsafe network its authority may not sign.</summary>
    UnsafeNetworkNotAllowed,

    /// <summary>It is an authority's certificate presented as a host's. Nebula-cert verify lets it pass; no node takes it.</summary>
    AuthorityAsHost,
}

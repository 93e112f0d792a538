namespace HybridLlm.Liqo.Identities;

/// <summary>What a consumer shows a provider to be let in; nothing of it is secret.</summary>
/// <param name="PublicKey">Its public key, the bytes of its PEM.</param>
/// <param name="SigningRequest">Its certificate request, the bytes of its PEM.</param>
/// <param name="KeyInfo">The same public key as SubjectPublicKeyInfo, DER.</param>
internal sealed record ConsumerCredentials(byte[] PublicKey, byte[] SigningRequest, byte[] KeyInfo)
{
    /// <summary>
    /// Credentials of a consumer. A signature that differs each time (ECDSA) would not match the one the provider keeps,
    /// so a request made earlier for the same key is used again.
    /// </summary>
    public static ConsumerCredentials Make(ClusterKey key, string clusterId, byte[]? earlier)
    {
        var request =
            !key.IsDeterministic
            && earlier is not null
            && SigningRequestPem.IsFor(earlier, key, SigningRequestPem.Organization, clusterId)
                ? earlier
                : SigningRequestPem.Create(key, SigningRequestPem.Organization, clusterId);
        return new ConsumerCredentials(SigningRequestPem.PublicKey(key), request, key.PublicKey);
    }
}

namespace HybridLlm.Liqo.Identities;

/// <summary>What a consumer shows a provider to be let in; nothing of it is secret.</summary>
/// <param name="PublicKey">Its public key, the bytes of its PEM.</param>
/// <param name="SigningRequest">Its certificate request, the bytes of its PEM.</param>
/// <param name="KeyInfo">The same public key as SubjectPublicKeyInfo, DER.</param>
internal sealed record ConsumerCredentials(byte[] PublicKey, byte[] SigningRequest, byte[] KeyInfo)
{
    /// <summary>Whether a request made again would be the same, since the same bytes always get the same signature.</summary>
    private bool IsRepeatable { get; init; } = true;

    /// <summary>Credentials of a consumer.</summary>
    public static ConsumerCredentials Make(ClusterKey key, string clusterId) =>
        new(
            SigningRequestPem.PublicKey(key),
            SigningRequestPem.Create(key, SigningRequestPem.Organization, clusterId),
            key.PublicKey
        )
        {
            IsRepeatable = key.IsDeterministic,
        };

    /// <summary>
    /// The same for a provider that has a request. A signature that differs each time (ECDSA) would not match the one it keeps, so a
    /// request made earlier for the same key is used again.
    /// </summary>
    public ConsumerCredentials Continuing(byte[]? earlier) =>
        !IsRepeatable && earlier is not null && SigningRequestPem.AskTheSame(earlier, SigningRequest)
            ? this with
            {
                SigningRequest = earlier,
            }
            : this;

    public bool HasKeyOf(ConsumerCredentials other) => KeyInfo.AsSpan().SequenceEqual(other.KeyInfo);

    /// <summary>Whether a signature of the consumer's controller was made with this key.</summary>
    public bool HasSigned(byte[] data, byte[] signature) => KeySignature.IsOf(KeyInfo, data, signature);
}

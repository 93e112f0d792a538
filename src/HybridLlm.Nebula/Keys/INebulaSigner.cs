namespace HybridLlm.Nebula.Keys;

/// <summary>
/// Signs with a certificate authority's key. Implement it for a key that must stay outside the process, in an HSM or a key
/// management service; <see cref="CaKeyPair"/> signs in memory, <see cref="CaKeyFile"/> with a key file.
/// </summary>
public interface INebulaSigner
{
    /// <summary>Public half of the key.</summary>
    CaPublicKey PublicKey { get; }

    /// <summary>
    /// Signs <paramref name="message"/>. Curve25519: Ed25519 over the message itself, 64 bytes. P-256: ECDSA over its SHA-256, DER;
    /// either form of S, the library writes the low one.
    /// </summary>
    /// <param name="message">What a certificate's signature covers; at most 65536 bytes.</param>
    /// <param name="cancellationToken">Gives up waiting for the signature.</param>
    ValueTask<byte[]> SignAsync(ReadOnlyMemory<byte> message, CancellationToken cancellationToken = default);
}

using System.Security.Cryptography;
using Org.BouncyCastle.Math.EC.Rfc8032;

namespace HybridLlm.Nebula.Keys;

/// <summary>Public key of a certificate authority: what its certificate carries and signatures are checked with.</summary>
public sealed class CaPublicKey : IEquatable<CaPublicKey>
{
    private readonly byte[] _bytes;

    private CaPublicKey(NebulaCurve curve, byte[] bytes)
    {
        Curve = curve;
        _bytes = bytes;
    }

    /// <summary>Curve the key is on.</summary>
    public NebulaCurve Curve { get; }

    /// <summary>Ed25519: 32 bytes. P-256: the uncompressed point, 65 bytes (4, X, Y).</summary>
    public ReadOnlyMemory<byte> Bytes => _bytes;

    /// <summary>Takes a raw public key, e.g. one that a key management service hands out.</summary>
    /// <exception cref="NebulaFormatException">The length is wrong, or the bytes are no point of the curve.</exception>
    public static CaPublicKey FromBytes(NebulaCurve curve, ReadOnlySpan<byte> bytes)
    {
        var banner = KeyBanner.Of(KeyBanner.CaPublic, curve);
        if (bytes.Length != banner.Length)
        {
            throw KeyPem.WrongLength(banner.Label, banner.Length, bytes.Length);
        }

        var key = bytes.ToArray();
        var valid = curve == NebulaCurve.P256 ? P256Point.IsOnCurve(key) : Ed25519.ValidatePublicKeyFull(key, 0);
        return valid
            ? new CaPublicKey(curve, key)
            : throw new NebulaFormatException(
                "key-not-on-curve",
                $"The bytes are no {banner.Label}.",
                "Take the public key that was made together with the private key."
            );
    }

    /// <summary>Reads <c>NEBULA ED25519 PUBLIC KEY</c> or <c>NEBULA ECDSA P256 PUBLIC KEY</c>.</summary>
    /// <exception cref="NebulaFormatException">The text holds no such block.</exception>
    public static CaPublicKey ParsePem(string pem)
    {
        var (curve, key) = KeyPem.Read(KeyBanner.CaPublic, pem);
        return FromBytes(curve, key);
    }

    /// <summary>The key as nebula writes it.</summary>
    public string ToPem() => KeyPem.Write(KeyBanner.CaPublic, Curve, _bytes);

    /// <summary>
    /// Whether <paramref name="signature"/> is this key's over <paramref name="message"/>. Ed25519: 64 bytes. P-256: DER, SHA-256,
    /// either form of S.
    /// </summary>
    public bool Verify(ReadOnlySpan<byte> message, ReadOnlySpan<byte> signature) =>
        Verify(Curve, _bytes, message, signature);

    /// <inheritdoc/>
    public bool Equals(CaPublicKey? other) =>
        other is not null && Curve == other.Curve && CryptographicOperations.FixedTimeEquals(_bytes, other._bytes);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as CaPublicKey);

    /// <inheritdoc/>
    public override int GetHashCode() => BitConverter.ToInt32(_bytes, _bytes.Length - 4);

    /// <summary>Curve and key in lower-case hex.</summary>
    public override string ToString() => $"{Curve} {Convert.ToHexStringLower(_bytes)}";

    /// <summary>As <see cref="Verify(ReadOnlySpan{byte}, ReadOnlySpan{byte})"/> for a key that may be anything: a bad key verifies nothing.</summary>
    internal static bool Verify(
        NebulaCurve curve,
        ReadOnlySpan<byte> publicKey,
        ReadOnlySpan<byte> message,
        ReadOnlySpan<byte> signature
    )
    {
        if (curve == NebulaCurve.Curve25519)
        {
            return publicKey.Length == Ed25519.PublicKeySize
                && signature.Length == Ed25519.SignatureSize
                && Ed25519.Verify(signature.ToArray(), 0, publicKey.ToArray(), 0, message.ToArray(), 0, message.Length);
        }

        using var key = P256Point.TryOpen(publicKey);
        return key?.VerifyData(message, signature, HashAlgorithmName.SHA256, DSASignatureFormat.Rfc3279DerSequence)
            == true;
    }
}

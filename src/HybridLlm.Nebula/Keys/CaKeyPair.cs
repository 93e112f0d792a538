using System.Security.Cryptography;
using Org.BouncyCastle.Math.EC.Rfc8032;

namespace HybridLlm.Nebula.Keys;

/// <summary>Key pair of a certificate authority, held in memory. Whoever has it can let anyone into the mesh.</summary>
public sealed class CaKeyPair : INebulaSigner
{
    // Ed25519: seed and public key, as in the file. P-256: the scalar.
    private readonly byte[] _private;

    private CaKeyPair(CaPublicKey publicKey, byte[] privateKey)
    {
        PublicKey = publicKey;
        _private = privateKey;
    }

    /// <inheritdoc/>
    public CaPublicKey PublicKey { get; }

    /// <summary>Curve the key is on.</summary>
    public NebulaCurve Curve => PublicKey.Curve;

    /// <summary>Makes a new key pair from the system's random source.</summary>
    public static CaKeyPair Generate(NebulaCurve curve = NebulaCurve.Curve25519)
    {
        if (curve == NebulaCurve.Curve25519)
        {
            return FromSeed(RandomNumberGenerator.GetBytes(Ed25519.SecretKeySize));
        }

        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        return FromPrivateKey(curve, key.ExportParameters(includePrivateParameters: true).D);
    }

    /// <summary>Takes a raw private key. Curve25519: seed and public key, 64 bytes. P-256: the big-endian scalar, 32 bytes.</summary>
    /// <exception cref="NebulaFormatException">The length is wrong, the halves do not pair, or the scalar is out of range.</exception>
    public static CaKeyPair FromPrivateKey(NebulaCurve curve, ReadOnlySpan<byte> privateKey)
    {
        var banner = KeyBanner.Of(KeyBanner.CaPrivate, curve);
        if (privateKey.Length != banner.Length)
        {
            throw KeyPem.WrongLength(banner.Label, banner.Length, privateKey.Length);
        }

        var key = privateKey.ToArray();
        if (curve == NebulaCurve.P256)
        {
            return new CaKeyPair(CaPublicKey.FromBytes(curve, P256Point.Of(key)), key);
        }

        var pair = FromSeed(key[..Ed25519.SecretKeySize]);
        return CryptographicOperations.FixedTimeEquals(pair._private, key)
            ? pair
            : throw new NebulaFormatException(
                "key-halves",
                "The Ed25519 private key's two halves (seed, public key) do not belong together.",
                "The file is damaged; take it from a backup."
            );
    }

    /// <summary>Reads nebula-cert's <c>ca.key</c>, plain or encrypted.</summary>
    /// <param name="pem">The file's text.</param>
    /// <param name="passphrase">Opens an encrypted key; null when it is plain.</param>
    /// <exception cref="NebulaFormatException">The text holds no such key, or an encrypted one and there is no passphrase.</exception>
    /// <exception cref="NebulaException">The passphrase is wrong.</exception>
    public static CaKeyPair ParsePem(string pem, string? passphrase = null)
    {
        if (passphrase is not null && EncryptedCaKey.IsEncrypted(pem))
        {
            return EncryptedCaKey.ParsePem(pem).Decrypt(passphrase);
        }

        var (curve, key) = KeyPem.Read(KeyBanner.CaPrivate, pem);
        return FromPrivateKey(curve, key);
    }

    /// <summary>The private key as nebula-cert writes it, unencrypted (see <see cref="EncryptedCaKey"/>). A secret: mode 0600, never a log.</summary>
    public string ExportPem() => KeyPem.Write(KeyBanner.CaPrivate, Curve, _private);

    /// <inheritdoc/>
    public ValueTask<byte[]> SignAsync(ReadOnlyMemory<byte> message, CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return ValueTask.FromResult(
            Curve == NebulaCurve.P256 ? SignP256(message.Span) : SignEd25519(message.ToArray())
        );
    }

    internal byte[] ExportPrivateKey() => [.. _private];

    private static CaKeyPair FromSeed(byte[] seed)
    {
        var publicKey = new byte[Ed25519.PublicKeySize];
        Ed25519.GeneratePublicKey(seed, 0, publicKey, 0);
        return new CaKeyPair(CaPublicKey.FromBytes(NebulaCurve.Curve25519, publicKey), [.. seed, .. publicKey]);
    }

    private byte[] SignEd25519(byte[] message)
    {
        var signature = new byte[Ed25519.SignatureSize];
        Ed25519.Sign(_private, 0, _private, Ed25519.SecretKeySize, message, 0, message.Length, signature, 0);
        return signature;
    }

    private byte[] SignP256(ReadOnlySpan<byte> message)
    {
        using var key = ECDsa.Create(P256Point.FromPrivate(_private));
        return key.SignData(message, HashAlgorithmName.SHA256, DSASignatureFormat.Rfc3279DerSequence);
    }
}

using System.Security.Cryptography;
using Org.BouncyCastle.Math.EC.Rfc7748;

namespace HybridLlm.Nebula.Keys;

/// <summary>
/// Key pair of a host. It agrees on secrets and cannot sign. A node best makes its own and sends only the public half.
/// </summary>
public sealed class HostKeyPair
{
    private readonly byte[] _private;

    private HostKeyPair(HostPublicKey publicKey, byte[] privateKey)
    {
        PublicKey = publicKey;
        _private = privateKey;
    }

    /// <summary>The public half.</summary>
    public HostPublicKey PublicKey { get; }

    /// <summary>Curve the key is on.</summary>
    public NebulaCurve Curve => PublicKey.Curve;

    /// <summary>Makes a new key pair from the system's random source.</summary>
    public static HostKeyPair Generate(NebulaCurve curve = NebulaCurve.Curve25519)
    {
        if (curve == NebulaCurve.Curve25519)
        {
            return FromPrivateKey(curve, RandomNumberGenerator.GetBytes(X25519.ScalarSize));
        }

        using var key = ECDiffieHellman.Create(ECCurve.NamedCurves.nistP256);
        return FromPrivateKey(curve, key.ExportParameters(includePrivateParameters: true).D);
    }

    /// <summary>Takes a raw private key: 32 bytes, for X25519 unclamped, for P-256 the big-endian scalar.</summary>
    /// <exception cref="NebulaFormatException">The length is wrong or the scalar is out of range.</exception>
    public static HostKeyPair FromPrivateKey(NebulaCurve curve, ReadOnlySpan<byte> privateKey)
    {
        var banner = KeyBanner.Of(KeyBanner.HostPrivate, curve);
        if (privateKey.Length != banner.Length)
        {
            throw KeyPem.WrongLength(banner.Label, banner.Length, privateKey.Length);
        }

        var key = privateKey.ToArray();
        return new HostKeyPair(HostPublicKey.FromBytes(curve, PublicHalf(curve, key)), key);
    }

    /// <summary>Reads <c>NEBULA X25519 PRIVATE KEY</c> or <c>NEBULA P256 PRIVATE KEY</c>: the file <c>pki.key</c> names.</summary>
    /// <exception cref="NebulaFormatException">The text holds no such block.</exception>
    public static HostKeyPair ParsePem(string pem)
    {
        var (curve, key) = KeyPem.Read(KeyBanner.HostPrivate, pem);
        return FromPrivateKey(curve, key);
    }

    /// <summary>The private key as nebula-cert writes it. A secret: mode 0600, never a log.</summary>
    public string ExportPem() => KeyPem.Write(KeyBanner.HostPrivate, Curve, _private);

    /// <summary>The secret this host and <paramref name="peer"/> share, 32 bytes: X25519's u or P-256's X coordinate.</summary>
    /// <exception cref="ArgumentException">The curves differ.</exception>
    /// <exception cref="NebulaFormatException">The peer's key is a low-order point.</exception>
    public byte[] DeriveSharedSecret(HostPublicKey peer)
    {
        ArgumentNullException.ThrowIfNull(peer);
        if (peer.Curve != Curve)
        {
            throw new ArgumentException($"A {Curve} key cannot agree with a {peer.Curve} key.", nameof(peer));
        }

        return Curve == NebulaCurve.Curve25519 ? AgreeX25519(peer) : AgreeP256(peer);
    }

    /// <summary>ECDSA with a P-256 key, SHA-256, DER: a proof of possession. Nebula itself never signs with host keys.</summary>
    internal byte[] SignP256(byte[] message)
    {
        using var key = ECDsa.Create(P256Point.FromPrivate(_private));
        return key.SignData(message, HashAlgorithmName.SHA256, DSASignatureFormat.Rfc3279DerSequence);
    }

    private static byte[] PublicHalf(NebulaCurve curve, byte[] privateKey)
    {
        if (curve == NebulaCurve.Curve25519)
        {
            var point = new byte[X25519.PointSize];
            X25519.GeneratePublicKey(privateKey, 0, point, 0);
            return point;
        }

        return P256Point.Of(privateKey);
    }

    private byte[] AgreeX25519(HostPublicKey peer)
    {
        var secret = new byte[X25519.PointSize];
        return X25519.CalculateAgreement(_private, 0, peer.Bytes.ToArray(), 0, secret, 0)
            ? secret
            : throw new NebulaFormatException(
                "key-low-order",
                "The peer's X25519 key is a low-order point: it would make the secret known to everyone.",
                "Do not trust this peer; its key was not made by a key generator."
            );
    }

    private byte[] AgreeP256(HostPublicKey peer)
    {
        using var own = ECDiffieHellman.Create(P256Point.FromPrivate(_private));
        using var other = ECDiffieHellman.Create(P256Point.FromPublic(peer.Bytes.Span));
        return own.DeriveRawSecretAgreement(other.PublicKey);
    }
}

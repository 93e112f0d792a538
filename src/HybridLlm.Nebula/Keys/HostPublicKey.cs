using System.Security.Cryptography;

namespace HybridLlm.Nebula.Keys;

/// <summary>Public key of a host: what a host certificate vouches for.</summary>
public sealed class HostPublicKey : IEquatable<HostPublicKey>
{
    private readonly byte[] _bytes;

    private HostPublicKey(NebulaCurve curve, byte[] bytes)
    {
        Curve = curve;
        _bytes = bytes;
    }

    /// <summary>Curve the key is on.</summary>
    public NebulaCurve Curve { get; }

    /// <summary>X25519: 32 bytes. P-256: the uncompressed point, 65 bytes (4, X, Y).</summary>
    public ReadOnlyMemory<byte> Bytes => _bytes;

    /// <summary>Takes a raw public key, e.g. one made by <c>openssl</c> on the node it belongs to.</summary>
    /// <exception cref="NebulaFormatException">The length is wrong, the key is all zero, or it is no point of the curve.</exception>
    public static HostPublicKey FromBytes(NebulaCurve curve, ReadOnlySpan<byte> bytes)
    {
        var banner = KeyBanner.Of(KeyBanner.HostPublic, curve);
        if (bytes.Length != banner.Length)
        {
            throw KeyPem.WrongLength(banner.Label, banner.Length, bytes.Length);
        }

        if (!bytes.ContainsAnyExcept((byte)0) || (curve == NebulaCurve.P256 && !P256Point.IsOnCurve(bytes)))
        {
            throw new NebulaFormatException(
                "key-not-on-curve",
                $"The bytes are no {curve} public key.",
                "Take the public key file that was written together with the private key."
            );
        }

        return new HostPublicKey(curve, bytes.ToArray());
    }

    /// <summary>Reads <c>NEBULA X25519 PUBLIC KEY</c> or <c>NEBULA P256 PUBLIC KEY</c>, e.g. nebula-cert's <c>-out-pub</c>.</summary>
    /// <exception cref="NebulaFormatException">The text holds no such block.</exception>
    public static HostPublicKey ParsePem(string pem)
    {
        var (curve, key) = KeyPem.Read(KeyBanner.HostPublic, pem);
        return FromBytes(curve, key);
    }

    /// <summary>The key as nebula-cert writes it.</summary>
    public string ToPem() => KeyPem.Write(KeyBanner.HostPublic, Curve, _bytes);

    /// <inheritdoc/>
    public bool Equals(HostPublicKey? other) =>
        other is not null && Curve == other.Curve && CryptographicOperations.FixedTimeEquals(_bytes, other._bytes);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as HostPublicKey);

    /// <inheritdoc/>
    public override int GetHashCode() => BitConverter.ToInt32(_bytes, _bytes.Length - 4);

    /// <summary>Curve and key in lower-case hex.</summary>
    public override string ToString() => $"{Curve} {Convert.ToHexStringLower(_bytes)}";
}

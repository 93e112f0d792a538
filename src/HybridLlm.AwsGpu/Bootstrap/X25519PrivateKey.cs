using System.Security.Cryptography;
using Org.BouncyCastle.Crypto.Agreement;
using Org.BouncyCastle.Crypto.Parameters;

namespace HybridLlm.AwsGpu.Bootstrap;

/// <summary>An X25519 private key (RFC 7748) that lives for one wake. It never prints itself.</summary>
public sealed class X25519PrivateKey : IDisposable
{
    private readonly byte[] _bytes;

    private X25519PrivateKey(byte[] bytes)
    {
        _bytes = bytes;
        PublicKey = X25519PublicKey.FromBytes(new X25519PrivateKeyParameters(bytes).GeneratePublicKey().GetEncoded());
    }

    /// <summary>The public half.</summary>
    public X25519PublicKey PublicKey { get; }

    /// <summary>A new key of 32 random bytes.</summary>
    public static X25519PrivateKey Create() => new(RandomNumberGenerator.GetBytes(X25519PublicKey.Length));

    /// <summary>A key stored earlier by <see cref="Export"/>.</summary>
    /// <param name="bytes">32 bytes.</param>
    /// <exception cref="ArgumentException">Not 32 bytes.</exception>
    public static X25519PrivateKey FromBytes(ReadOnlySpan<byte> bytes) =>
        bytes.Length == X25519PublicKey.Length
            ? new X25519PrivateKey(bytes.ToArray())
            : throw new ArgumentException(
                $"An X25519 key has {X25519PublicKey.Length} bytes, not {bytes.Length}.",
                nameof(bytes)
            );

    /// <summary>The 32 secret bytes, for a secret store only.</summary>
    public byte[] Export() => [.. _bytes];

    /// <summary>The secret shared with the holder of <paramref name="peer"/>; null when it is all zeros (a weak peer key).</summary>
    internal byte[]? Agree(X25519PublicKey peer)
    {
        X25519Agreement agreement = new();
        agreement.Init(new X25519PrivateKeyParameters(_bytes));
        var secret = new byte[agreement.AgreementSize];
        try
        {
            agreement.CalculateAgreement(new X25519PublicKeyParameters(peer.Bytes), secret);
            return secret;
        }
        catch (InvalidOperationException)
        {
            // BouncyCastle refuses the all-zero secret of a small-order point this way.
            return null;
        }
    }

    /// <summary>Overwrites the key.</summary>
    public void Dispose() => CryptographicOperations.ZeroMemory(_bytes);
}

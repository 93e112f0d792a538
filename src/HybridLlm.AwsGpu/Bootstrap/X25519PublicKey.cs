namespace HybridLlm.AwsGpu.Bootstrap;

/// <summary>An X25519 public key (RFC 7748): 32 bytes, written as 44 characters of base64.</summary>
public sealed class X25519PublicKey : IEquatable<X25519PublicKey>
{
    internal const int Length = 32;

    private readonly byte[] _bytes;

    private X25519PublicKey(byte[] bytes) => _bytes = bytes;

    /// <summary>The 32 bytes.</summary>
    public ReadOnlySpan<byte> Bytes => _bytes;

    /// <summary>A key of 32 bytes.</summary>
    /// <exception cref="ArgumentException">Not 32 bytes.</exception>
    public static X25519PublicKey FromBytes(ReadOnlySpan<byte> bytes) =>
        bytes.Length == Length
            ? new X25519PublicKey(bytes.ToArray())
            : throw new ArgumentException($"An X25519 key has {Length} bytes, not {bytes.Length}.", nameof(bytes));

    /// <summary>Reads 44 characters of base64; false when they are not exactly that.</summary>
    public static bool TryParse(string text, out X25519PublicKey? key)
    {
        ArgumentNullException.ThrowIfNull(text);
        var bytes = new byte[Length];
        var canonical =
            text.Length == 44
            && Convert.TryFromBase64String(text, bytes, out var written)
            && written == Length
            && Convert.ToBase64String(bytes) == text;
        key = canonical ? new X25519PublicKey(bytes) : null;
        return canonical;
    }

    /// <inheritdoc/>
    public bool Equals(X25519PublicKey? other) => other is not null && Bytes.SequenceEqual(other.Bytes);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as X25519PublicKey);

    /// <inheritdoc/>
    public override int GetHashCode() => BitConverter.ToInt32(_bytes, 0);

    /// <summary>The key as base64.</summary>
    public override string ToString() => Convert.ToBase64String(_bytes);
}

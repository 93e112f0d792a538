using System.Security.Cryptography;

namespace HybridLlm.Nebula.Keys;

/// <summary>P-256 keys between nebula's raw forms (scalar of 32 bytes; uncompressed point of 65) and the BCL's.</summary>
internal static class P256Point
{
    private const int FieldLength = 32;
    private const byte Uncompressed = 4;

    public static ECParameters FromPublic(ReadOnlySpan<byte> point) =>
        new()
        {
            Curve = ECCurve.NamedCurves.nistP256,
            Q = new ECPoint
            {
                X = point.Slice(1, FieldLength).ToArray(),
                Y = point.Slice(1 + FieldLength, FieldLength).ToArray(),
            },
        };

    /// <summary>Private key; the BCL computes the point from the scalar.</summary>
    public static ECParameters FromPrivate(byte[] scalar) => new() { Curve = ECCurve.NamedCurves.nistP256, D = scalar };

    /// <summary>The public point of a scalar.</summary>
    /// <exception cref="NebulaFormatException">The scalar is 0 or not below the curve's order.</exception>
    public static byte[] Of(byte[] scalar)
    {
        try
        {
            using var key = ECDsa.Create(FromPrivate(scalar));
            var point = key.ExportParameters(includePrivateParameters: false).Q;
            return [Uncompressed, .. point.X!, .. point.Y!];
        }
        catch (CryptographicException e)
        {
            throw new NebulaFormatException(
                "key-not-on-curve",
                "The bytes are no P-256 private key: the scalar is 0 or not below the curve's order.",
                "Take the key file as nebula-cert or this library wrote it.",
                e
            );
        }
    }

    public static bool IsOnCurve(ReadOnlySpan<byte> point)
    {
        using var key = TryOpen(point);
        return key is not null;
    }

    /// <summary>A key to verify with; null when the bytes are no point of the curve.</summary>
    public static ECDsa? TryOpen(ReadOnlySpan<byte> point)
    {
        if (point.Length != 1 + (2 * FieldLength) || point[0] != Uncompressed)
        {
            return null;
        }

        try
        {
            return ECDsa.Create(FromPublic(point));
        }
        catch (CryptographicException)
        {
            return null;
        }
    }
}

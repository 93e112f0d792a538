using System.Formats.Asn1;
using System.Numerics;

namespace HybridLlm.Nebula.Keys;

/// <summary>
/// The two forms of one P-256 signature: (r, s) and (r, N − s) are both valid. Nebula writes the low one since 1.10.3 and
/// reads both, so a certificate has two fingerprints (GHSA-69x3-g4r3-p962).
/// </summary>
internal static class EcdsaSignature
{
    private static readonly BigInteger s_order = BigInteger.Parse(
        "0FFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551",
        System.Globalization.NumberStyles.HexNumber,
        null
    );

    /// <summary>The form with s ≤ N/2.</summary>
    public static byte[] ToLowS(byte[] signature)
    {
        var (r, s) = Read(signature);
        return s > s_order / 2 ? Write(r, s_order - s) : signature;
    }

    /// <summary>The other form; null when the bytes are no DER signature.</summary>
    public static byte[]? Alternate(byte[] signature)
    {
        try
        {
            var (r, s) = Read(signature);
            return s.Sign > 0 && s < s_order ? Write(r, s_order - s) : null;
        }
        catch (AsnContentException)
        {
            return null;
        }
    }

    private static (BigInteger R, BigInteger S) Read(byte[] signature)
    {
        var outer = new AsnReader(signature, AsnEncodingRules.DER);
        var sequence = outer.ReadSequence();
        var pair = (sequence.ReadInteger(), sequence.ReadInteger());
        sequence.ThrowIfNotEmpty();
        outer.ThrowIfNotEmpty();
        return pair;
    }

    private static byte[] Write(BigInteger r, BigInteger s)
    {
        var writer = new AsnWriter(AsnEncodingRules.DER);
        using (writer.PushSequence())
        {
            writer.WriteInteger(r);
            writer.WriteInteger(s);
        }

        return writer.Encode();
    }
}

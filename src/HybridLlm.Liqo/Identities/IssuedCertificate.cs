using System.Formats.Asn1;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace HybridLlm.Liqo.Identities;

/// <summary>A certificate a provider has issued, as far as a consumer must judge it.</summary>
/// <param name="KeyInfo">Public key, SubjectPublicKeyInfo, DER.</param>
/// <param name="NotBefore">Begin of its validity.</param>
/// <param name="NotAfter">End of its validity.</param>
internal sealed record IssuedCertificate(byte[] KeyInfo, DateTimeOffset NotBefore, DateTimeOffset NotAfter)
{
    /// <summary>Reads the bytes of a PEM; null when they are no certificate.</summary>
    public static IssuedCertificate? Read(byte[]? pem)
    {
        try
        {
            using var certificate = X509Certificate2.CreateFromPem(System.Text.Encoding.ASCII.GetString(pem ?? []));
            return new IssuedCertificate(
                KeyInfoOf(certificate.RawData),
                certificate.NotBefore.ToUniversalTime(),
                certificate.NotAfter.ToUniversalTime()
            );
        }
        catch (Exception unreadable) when (unreadable is CryptographicException or AsnContentException)
        {
            return null;
        }
    }

    public bool IsFor(byte[] keyInfo) => KeyInfo.AsSpan().SequenceEqual(keyInfo);

    /// <summary>RFC 5280: the seventh field of the signed part; .NET's own reader does not know every algorithm.</summary>
    private static byte[] KeyInfoOf(byte[] certificate)
    {
        var signed = new AsnReader(certificate, AsnEncodingRules.DER).ReadSequence().ReadSequence();
        if (signed.PeekTag() == new Asn1Tag(TagClass.ContextSpecific, 0, isConstructed: true))
        {
            signed.ReadEncodedValue();
        }

        for (var passedOver = 0; passedOver < 5; passedOver++)
        {
            signed.ReadEncodedValue();
        }

        return signed.ReadEncodedValue().ToArray();
    }
}

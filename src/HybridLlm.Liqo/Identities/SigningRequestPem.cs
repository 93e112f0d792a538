using System.Formats.Asn1;
using System.Security.Cryptography;
using System.Text;

namespace HybridLlm.Liqo.Identities;

/// <summary>
/// PKCS#10 certificate requests, byte for byte as liqoctl makes them: the provider keeps the first one it saw and refuses
/// any other. Upstream: Go's crypto/x509 CreateCertificateRequest with O before CN, both PrintableString.
/// </summary>
internal static class SigningRequestPem
{
    /// <summary>Organization of a control-plane identity.</summary>
    public const string Organization = "liqo.io";

    private const string Label = "CERTIFICATE REQUEST";
    private const string OrganizationOid = "2.5.4.10";
    private const string CommonNameOid = "2.5.4.3";
    private static readonly Asn1Tag s_attributes = new(TagClass.ContextSpecific, 0);

    /// <summary>A signed request, as the bytes of its PEM.</summary>
    public static byte[] Create(ClusterKey key, string organization, string commonName)
    {
        var info = Info(key, organization, commonName);
        AsnWriter request = new(AsnEncodingRules.DER);
        using (request.PushSequence())
        {
            request.WriteEncodedValue(info);
            using (request.PushSequence())
            {
                request.WriteObjectIdentifier(key.SignatureAlgorithm);
                if (key.HasNullParameters)
                {
                    request.WriteNull();
                }
            }

            request.WriteBitString(key.Sign(info));
        }

        return Encoding.ASCII.GetBytes(PemEncoding.WriteString(Label, request.Encode()) + "\n");
    }

    /// <summary>Whether two requests are for the same key and name, whatever their signatures.</summary>
    public static bool AskTheSame(byte[] pem, byte[] other) =>
        InfoOf(pem) is { } info && InfoOf(other) is { } otherInfo && info.Span.SequenceEqual(otherInfo.Span);

    /// <summary>A public key as the bytes of its PEM, the form Liqo compares.</summary>
    public static byte[] PublicKey(ClusterKey key) =>
        Encoding.ASCII.GetBytes(PemEncoding.WriteString("PUBLIC KEY", key.PublicKey) + "\n");

    /// <summary>The signed part of a request; null when it is none.</summary>
    private static ReadOnlyMemory<byte>? InfoOf(byte[] pem)
    {
        try
        {
            var text = Encoding.ASCII.GetString(pem);
            var der = Convert.FromBase64String(text[PemEncoding.Find(text).Base64Data]);
            return new AsnReader(der, AsnEncodingRules.DER).ReadSequence().ReadEncodedValue();
        }
        catch (Exception unreadable) when (unreadable is ArgumentException or FormatException or AsnContentException)
        {
            return null;
        }
    }

    private static byte[] Info(ClusterKey key, string organization, string commonName)
    {
        AsnWriter info = new(AsnEncodingRules.DER);
        using (info.PushSequence())
        {
            info.WriteInteger(0);
            using (info.PushSequence())
            {
                WriteName(info, OrganizationOid, organization);
                WriteName(info, CommonNameOid, commonName);
            }

            info.WriteEncodedValue(key.PublicKey);
            using (info.PushSetOf(s_attributes))
            {
                // No attributes; the empty set itself must be there.
            }
        }

        return info.Encode();
    }

    private static void WriteName(AsnWriter info, string oid, string value)
    {
        using (info.PushSetOf())
        using (info.PushSequence())
        {
            info.WriteObjectIdentifier(oid);
            info.WriteCharacterString(UniversalTagNumber.PrintableString, value);
        }
    }
}

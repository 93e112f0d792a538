using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Security.Cryptography.Pkcs;
using System.Security.Cryptography.X509Certificates;

namespace HybridLlm.Testing.Imds;

/// <summary>
/// Signs identity documents as AWS does: one self-signed certificate per region and algorithm, the same for every emulated
/// account of the process, made when first needed. Their form is AWS's (subject, key usage, basic constraints), their keys
/// are not.
/// </summary>
internal sealed class IdentityAuthority
{
    private const int CmsLine = 64;
    private const int SignatureLine = 76;

    private static readonly X500DistinguishedName s_subject = new(
        "C=US, ST=Washington State, L=Seattle, O=Amazon Web Services LLC"
    );

    private readonly ConcurrentDictionary<(string Region, int Bits), Lazy<X509Certificate2>> _signers = [];

    private IdentityAuthority() { }

    /// <summary>The only one.</summary>
    public static IdentityAuthority Shared { get; } = new();

    /// <summary>What verifies <c>rsa2048</c> of a region: no private key.</summary>
    public X509Certificate2 Certificate(string region) =>
        X509CertificateLoader.LoadCertificate(Signer(region, 2048).RawData);

    /// <summary>What verifies <c>signature</c> of a region: no private key.</summary>
    public X509Certificate2 SmallCertificate(string region) =>
        X509CertificateLoader.LoadCertificate(Signer(region, 1024).RawData);

    /// <summary>The <c>rsa2048</c> form: a CMS that holds the document and no certificate, base64 without PEM lines.</summary>
    public string Rsa2048(string region, byte[] document, DateTimeOffset now)
    {
        SignedCms cms = new(new ContentInfo(document), detached: false);
        CmsSigner signer = new(SubjectIdentifierType.IssuerAndSerialNumber, Signer(region, 2048))
        {
            DigestAlgorithm = new Oid("2.16.840.1.101.3.4.2.1"),
            IncludeOption = X509IncludeOption.None,
        };
        signer.SignedAttributes.Add(new Pkcs9SigningTime(now.UtcDateTime));
        cms.ComputeSignature(signer, silent: true);
        return Lines(cms.Encode(), CmsLine);
    }

    /// <summary>The <c>signature</c> form: RSA PKCS#1 over the document's bytes, base64.</summary>
    public string Signature(string region, byte[] document)
    {
        using var key = Signer(region, 1024).GetRSAPrivateKey()!;
        return Lines(key.SignData(document, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1), SignatureLine);
    }

    private X509Certificate2 Signer(string region, int bits) =>
        _signers.GetOrAdd((region, bits), k => new Lazy<X509Certificate2>(() => Make(k.Bits))).Value;

    private static X509Certificate2 Make(int bits)
    {
        using var key = RSA.Create(bits);
        CertificateRequest request = new(s_subject, key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        request.CertificateExtensions.Add(
            new X509KeyUsageExtension(X509KeyUsageFlags.DigitalSignature, critical: false)
        );
        request.CertificateExtensions.Add(
            new X509BasicConstraintsExtension(
                certificateAuthority: true,
                hasPathLengthConstraint: true,
                pathLengthConstraint: 0,
                critical: true
            )
        );
        return request.CreateSelfSigned(
            new DateTimeOffset(2024, 4, 29, 0, 0, 0, TimeSpan.Zero),
            new DateTimeOffset(2203, 4, 29, 0, 0, 0, TimeSpan.Zero)
        );
    }

    private static string Lines(byte[] bytes, int width) =>
        string.Join('\n', Convert.ToBase64String(bytes).Chunk(width).Select(line => new string(line)));
}

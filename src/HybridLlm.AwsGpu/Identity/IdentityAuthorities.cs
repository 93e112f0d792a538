using System.Security.Cryptography.X509Certificates;
using Org.BouncyCastle.Asn1.Cms;
using Org.BouncyCastle.Cms;
using Org.BouncyCastle.Crypto;

namespace HybridLlm.AwsGpu.Identity;

/// <summary>
/// The public keys AWS signs instance identity documents with, one a region (docs.aws.amazon.com, "AWS public certificates for instance
/// identity document signatures", the RSA-2048 set). Chains cannot be validated, as AWS's certificates form none, so the key is
/// pinned by region and the message's own certificates count for nothing.
/// </summary>
public sealed class IdentityAuthorities
{
    private readonly Dictionary<string, AsymmetricKeyParameter> _keys;

    private IdentityAuthorities(Dictionary<string, AsymmetricKeyParameter> keys) => _keys = keys;

    /// <summary>The regions AWS has published RSA-2048 certificates for.</summary>
    public static IdentityAuthorities Aws { get; } = new(RegionKeys.Load());

    /// <summary>No region at all, to which <see cref="With"/> adds some: for emulators.</summary>
    public static IdentityAuthorities None { get; } = new([]);

    /// <summary>The regions whose documents can be checked, ordered.</summary>
    public IReadOnlyList<string> Regions => [.. _keys.Keys.Order(StringComparer.Ordinal)];

    /// <summary>These keys and another region's, for a region opened after this package was built.</summary>
    /// <param name="region">Region, e.g. <c>ap-east-2</c>.</param>
    /// <param name="certificate">AWS's RSA-2048 certificate for it.</param>
    /// <exception cref="ArgumentException">The certificate holds no RSA key of at least 2048 bits.</exception>
    public IdentityAuthorities With(string region, X509Certificate2 certificate)
    {
        ArgumentException.ThrowIfNullOrEmpty(region);
        ArgumentNullException.ThrowIfNull(certificate);
        using var rsa = certificate.GetRSAPublicKey();
        if (rsa is not { KeySize: >= 2048 })
        {
            throw new ArgumentException(
                "An identity certificate holds an RSA key of at least 2048 bits.",
                nameof(certificate)
            );
        }

        return new(
            new(_keys, StringComparer.Ordinal) { [region] = RegionKeys.FromSpki(rsa.ExportSubjectPublicKeyInfo()) }
        );
    }

    /// <summary>Checks a signed identity document as IMDS serves it under <c>dynamic/instance-identity/rsa2048</c>.</summary>
    /// <param name="region">The region the instance was launched in; its key decides, whatever the document says.</param>
    /// <param name="pkcs7">Base64 of the CMS message, line breaks allowed.</param>
    public IdentityVerdict Verify(string region, string pkcs7)
    {
        ArgumentNullException.ThrowIfNull(region);
        ArgumentNullException.ThrowIfNull(pkcs7);
        if (!_keys.TryGetValue(region, out var key))
        {
            return IdentityVerdict.Refuse($"no AWS certificate is known for region {region}");
        }

        byte[] message;
        try
        {
            message = Convert.FromBase64String(pkcs7);
        }
        catch (FormatException)
        {
            return NoMessage;
        }

        try
        {
            CmsSignedData signed = new(message);
            return Judge(signed, key) ?? Read(signed);
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            // A stranger wrote this, and BouncyCastle answers malformed input with exceptions of a dozen types.
            return NoMessage;
        }
    }

    private static IdentityVerdict NoMessage => IdentityVerdict.Refuse("the identity document is no PKCS#7 message");

    private static IdentityVerdict? Judge(CmsSignedData message, AsymmetricKeyParameter key)
    {
        // Common verify calls trust a certificate that comes along in the message. AWS sends none, so one that does is forged.
        if (SignedData.GetInstance(message.ContentInfo.Content).Certificates is not null)
        {
            return IdentityVerdict.Refuse("the identity document brings its own certificate");
        }

        var signers = message.GetSignerInfos().GetSigners();
        return signers.Count != 1
                ? IdentityVerdict.Refuse($"the identity document has {signers.Count} signers, not one")
            : IsSignedBy(signers.Single(), key) ? null
            : IdentityVerdict.Refuse("the identity document is not signed by AWS's key for the region");
    }

    private static bool IsSignedBy(SignerInformation signer, AsymmetricKeyParameter key)
    {
        try
        {
            return signer.Verify(key);
        }
        catch (CmsException)
        {
            // The signature does not cover the content.
            return false;
        }
    }

    private static IdentityVerdict Read(CmsSignedData message)
    {
        using MemoryStream content = new();
        message.SignedContent?.Write(content);
        return InstanceIdentity.Parse(content.ToArray()) is { } identity
            ? new IdentityVerdict(identity, null)
            : IdentityVerdict.Refuse("the signed document lacks fields of an instance identity");
    }
}

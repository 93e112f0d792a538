using System.Formats.Asn1;
using System.Security.Cryptography;
using System.Text;
using Org.BouncyCastle.Crypto.Parameters;
using Org.BouncyCastle.Crypto.Signers;

namespace HybridLlm.Liqo.Identities;

/// <summary>
/// The private key of a Liqo cluster, from its Secret <c>authentication-keys</c>: Ed25519 by default, RSA in TLS
/// compatibility mode. .NET knows no Ed25519, hence the foreign signer. Upstream: pkg/liqo-controller-manager/
/// authentication/utils.
/// </summary>
internal sealed class ClusterKey : IDisposable
{
    public const string Ed25519 = "1.3.101.112";
    public const string Rsa = "1.2.840.113549.1.1.1";
    public const string EllipticCurve = "1.2.840.10045.2.1";

    private const string RsaSha256 = "1.2.840.113549.1.1.11";
    private const string EcdsaSha256 = "1.2.840.10045.4.3.2";
    private const string EcdsaSha384 = "1.2.840.10045.4.3.3";
    private const string EcdsaSha512 = "1.2.840.10045.4.3.4";

    private readonly Func<byte[], byte[]> _sign;
    private readonly IDisposable? _handle;

    private ClusterKey(byte[] publicKey, string signatureAlgorithm, Func<byte[], byte[]> sign, IDisposable? handle)
    {
        PublicKey = publicKey;
        SignatureAlgorithm = signatureAlgorithm;
        _sign = sign;
        _handle = handle;
    }

    /// <summary>SubjectPublicKeyInfo, DER.</summary>
    public byte[] PublicKey { get; }

    /// <summary>OID of what <see cref="Sign"/> does.</summary>
    public string SignatureAlgorithm { get; }

    /// <summary>Its name, e.g. <c>Ed25519</c>.</summary>
    public string Algorithm =>
        SignatureAlgorithm switch
        {
            Ed25519 => nameof(Ed25519),
            RsaSha256 => "RSA",
            _ => "ECDSA",
        };

    /// <summary>Whether the same bytes always get the same signature.</summary>
    public bool IsDeterministic => SignatureAlgorithm is Ed25519 or RsaSha256;

    /// <summary>Whether the algorithm's identifier carries a NULL: RSA's does, the others' must not.</summary>
    public bool HasNullParameters => SignatureAlgorithm == RsaSha256;

    /// <summary>Loads a PKCS#8 key.</summary>
    /// <param name="pem">The bytes of its PEM.</param>
    /// <exception cref="UnusableKeyException">It is no PEM, no PKCS#8, or of an algorithm Liqo does not use.</exception>
    public static ClusterKey Load(byte[] pem)
    {
        try
        {
            var text = Encoding.ASCII.GetString(pem);
            var fields = PemEncoding.Find(text);
            var der = Convert.FromBase64String(text[fields.Base64Data]);
            return AlgorithmOf(der) switch
            {
                Ed25519 => LoadEd25519(der),
                Rsa => LoadRsa(der),
                EllipticCurve => LoadEcdsa(der),
                var unknown => throw new UnusableKeyException($"its algorithm is {unknown}"),
            };
        }
        catch (Exception unreadable)
            when (unreadable is ArgumentException or FormatException or AsnContentException or CryptographicException)
        {
            throw new UnusableKeyException("it is no PKCS#8 key in PEM");
        }
    }

    public byte[] Sign(byte[] data) => _sign(data);

    public void Dispose() => _handle?.Dispose();

    /// <summary>Never the key.</summary>
    public override string ToString() => $"cluster key, signing by {SignatureAlgorithm}";

    /// <summary>RFC 5958: version, then the algorithm.</summary>
    private static string AlgorithmOf(byte[] pkcs8)
    {
        var key = new AsnReader(pkcs8, AsnEncodingRules.DER).ReadSequence();
        key.ReadInteger();
        return key.ReadSequence().ReadObjectIdentifier();
    }

    /// <summary>RFC 8410: the private key is an octet string within the octet string.</summary>
    private static ClusterKey LoadEd25519(byte[] pkcs8)
    {
        var key = new AsnReader(pkcs8, AsnEncodingRules.DER).ReadSequence();
        key.ReadInteger();
        key.ReadSequence();
        var seed = new AsnReader(key.ReadOctetString(), AsnEncodingRules.DER).ReadOctetString();
        Ed25519PrivateKeyParameters parameters = new(seed);
        return new ClusterKey(
            Ed25519PublicKeyInfo(parameters.GeneratePublicKey().GetEncoded()),
            Ed25519,
            data =>
            {
                Ed25519Signer signer = new();
                signer.Init(forSigning: true, parameters);
                signer.BlockUpdate(data, 0, data.Length);
                return signer.GenerateSignature();
            },
            handle: null
        );
    }

    private static byte[] Ed25519PublicKeyInfo(byte[] raw)
    {
        AsnWriter writer = new(AsnEncodingRules.DER);
        using (writer.PushSequence())
        {
            using (writer.PushSequence())
            {
                writer.WriteObjectIdentifier(Ed25519);
            }

            writer.WriteBitString(raw);
        }

        return writer.Encode();
    }

    private static ClusterKey LoadRsa(byte[] pkcs8)
    {
        var rsa = RSA.Create();
        rsa.ImportPkcs8PrivateKey(pkcs8, out _);
        return new ClusterKey(
            rsa.ExportSubjectPublicKeyInfo(),
            RsaSha256,
            data => rsa.SignData(data, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1),
            rsa
        );
    }

    private static ClusterKey LoadEcdsa(byte[] pkcs8)
    {
        var ecdsa = ECDsa.Create();
        ecdsa.ImportPkcs8PrivateKey(pkcs8, out _);
        var (hash, algorithm) = ecdsa.KeySize switch
        {
            <= 256 => (HashAlgorithmName.SHA256, EcdsaSha256),
            <= 384 => (HashAlgorithmName.SHA384, EcdsaSha384),
            _ => (HashAlgorithmName.SHA512, EcdsaSha512),
        };
        return new ClusterKey(
            ecdsa.ExportSubjectPublicKeyInfo(),
            algorithm,
            data => ecdsa.SignData(data, hash, DSASignatureFormat.Rfc3279DerSequence),
            ecdsa
        );
    }
}

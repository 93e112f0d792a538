using System.Text;
using Org.BouncyCastle.Asn1;
using Org.BouncyCastle.Asn1.X509;
using Org.BouncyCastle.Crypto;
using Org.BouncyCastle.Crypto.Generators;
using Org.BouncyCastle.Crypto.Parameters;
using Org.BouncyCastle.Pkcs;
using Org.BouncyCastle.Security;
using Org.BouncyCastle.Utilities.IO.Pem;
using Org.BouncyCastle.X509;

namespace HybridLlm.Testing.Liqo;

/// <summary>The key pair of a cluster, and what the handshake does with keys; .NET itself has no Ed25519.</summary>
internal sealed class ClusterKeys
{
    private const int RsaBits = 2048;

    private readonly AsymmetricCipherKeyPair _pair;
    private readonly string _algorithm;

    private ClusterKeys(AsymmetricCipherKeyPair pair, string? privatePem = null)
    {
        _pair = pair;
        _algorithm = AlgorithmOf(pair.Public);
        PrivatePem =
            privatePem ?? Pem("PRIVATE KEY", PrivateKeyInfoFactory.CreatePrivateKeyInfo(pair.Private).GetEncoded());
    }

    /// <summary>PKCS#8 in PEM.</summary>
    public string PrivatePem { get; }

    /// <summary>SubjectPublicKeyInfo in PEM.</summary>
    public string PublicPem =>
        Pem("PUBLIC KEY", SubjectPublicKeyInfoFactory.CreateSubjectPublicKeyInfo(_pair.Public).GetEncoded());

    public static ClusterKeys Create(bool rsa)
    {
        SecureRandom random = new();
        if (rsa)
        {
            RsaKeyPairGenerator generator = new();
            generator.Init(new KeyGenerationParameters(random, RsaBits));
            return new ClusterKeys(generator.GenerateKeyPair());
        }

        Ed25519KeyPairGenerator ed = new();
        ed.Init(new Ed25519KeyGenerationParameters(random));
        return new ClusterKeys(ed.GenerateKeyPair());
    }

    /// <summary>The pair of a private key: Ed25519, RSA or ECDSA, PKCS#8 in PEM.</summary>
    public static ClusterKeys Load(string privatePem)
    {
        var key = PrivateKeyFactory.CreateKey(Der(privatePem));
        AsymmetricKeyParameter open = key switch
        {
            Ed25519PrivateKeyParameters ed => ed.GeneratePublicKey(),
            RsaPrivateCrtKeyParameters rsa => new RsaKeyParameters(false, rsa.Modulus, rsa.PublicExponent),
            ECPrivateKeyParameters ec => new ECPublicKeyParameters(ec.Parameters.G.Multiply(ec.D), ec.Parameters),
            _ => throw new FormatException("no key that Liqo uses"),
        };
        return new ClusterKeys(new AsymmetricCipherKeyPair(open, key), privatePem);
    }

    public byte[] Sign(byte[] message)
    {
        var signer = SignerUtilities.GetSigner(_algorithm);
        signer.Init(forSigning: true, _pair.Private);
        signer.BlockUpdate(message, 0, message.Length);
        return signer.GenerateSignature();
    }

    /// <summary>A certificate request in PEM, subject O then CN, both PrintableString, as Go writes it.</summary>
    public string Request(string organization, string commonName)
    {
        static Asn1Encodable Part(DerObjectIdentifier type, string text) =>
            new DerSet(new DerSequence(type, new DerPrintableString(text)));

        var subject = X509Name.GetInstance(
            new DerSequence(Part(X509Name.O, organization), Part(X509Name.CN, commonName))
        );
        Pkcs10CertificationRequest request = new(_algorithm, subject, _pair.Public, new DerSet(), _pair.Private);
        return Pem("CERTIFICATE REQUEST", request.GetEncoded());
    }

    /// <summary>Whether a signature is that of a public key in PEM; false also when the key cannot be read.</summary>
    public static bool Verifies(string publicPem, byte[] message, byte[] signature)
    {
        try
        {
            var key = PublicKeyFactory.CreateKey(Der(publicPem));
            var signer = SignerUtilities.GetSigner(AlgorithmOf(key));
            signer.Init(forSigning: false, key);
            signer.BlockUpdate(message, 0, message.Length);
            return signer.VerifySignature(signature);
        }
        catch (Exception unreadable) when (IsUnreadable(unreadable))
        {
            return false;
        }
    }

    /// <summary>What is wrong with a request for a subject and, when given, a public key; null when nothing is.</summary>
    public static string? Fault(string requestPem, string organization, string commonName, string? publicPem)
    {
        try
        {
            var info = new Pkcs10CertificationRequest(Der(requestPem)).GetCertificationRequestInfo();
            var names = info.Subject.GetValueList(X509Name.CN);
            var organizations = info.Subject.GetValueList(X509Name.O);
            return names.Count != 1 || names[0] != commonName ? $"invalid common name, want {commonName}"
                : organizations.Count == 0 || organizations[0] != organization
                    ? $"invalid organization, want {organization}"
                : publicPem is not null
                && !info.SubjectPublicKeyInfo.GetEncoded().AsSpan().SequenceEqual(Der(publicPem))
                    ? "the public key in the CSR does not match the provided one"
                : null;
        }
        catch (Exception unreadable) when (IsUnreadable(unreadable))
        {
            return "failed to parse the CSR";
        }
    }

    private static string AlgorithmOf(AsymmetricKeyParameter publicKey) =>
        publicKey switch
        {
            RsaKeyParameters => "SHA256WITHRSA",
            ECPublicKeyParameters => "SHA256WITHECDSA",
            _ => "Ed25519",
        };

    private static bool IsUnreadable(Exception e) =>
        e
            is IOException
                or ArgumentException
                or FormatException
                or InvalidOperationException
                or SecurityUtilityException
                or CryptoException;

    private static byte[] Der(string pem)
    {
        using StringReader text = new(pem);
        using PemReader reader = new(text);
        return reader.ReadPemObject()?.Content ?? throw new FormatException("no PEM");
    }

    private static string Pem(string label, byte[] content)
    {
        StringBuilder text = new();
        text.Append("-----BEGIN ").Append(label).Append("-----\n");
        foreach (var line in Convert.ToBase64String(content).Chunk(64))
        {
            text.Append(line).Append('\n');
        }

        return text.Append("-----END ").Append(label).Append("-----\n").ToString();
    }
}

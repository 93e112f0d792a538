using System.Formats.Asn1;
using System.Security.Cryptography;
using Org.BouncyCastle.Crypto.Parameters;
using Org.BouncyCastle.Crypto.Signers;

namespace HybridLlm.Liqo.Identities;

/// <summary>
/// The signatures Liqo makes of nonces: plain Ed25519, RSA by PKCS#1, ECDSA in ASN.1, the last two with SHA-256. Upstream:
/// pkg/liqo-controller-manager/authentication/utils.
/// </summary>
internal static class KeySignature
{
    /// <summary>Whether a signature is of a public key; false also when either cannot be read.</summary>
    /// <param name="keyInfo">SubjectPublicKeyInfo, DER.</param>
    /// <param name="data">What was signed.</param>
    /// <param name="signature">The signature.</param>
    public static bool IsOf(byte[] keyInfo, byte[] data, byte[] signature)
    {
        try
        {
            var info = new AsnReader(keyInfo, AsnEncodingRules.DER).ReadSequence();
            return info.ReadSequence().ReadObjectIdentifier() switch
            {
                ClusterKey.Ed25519 => IsOfEd25519(info.ReadBitString(out _), data, signature),
                ClusterKey.Rsa => IsOfRsa(keyInfo, data, signature),
                ClusterKey.EllipticCurve => IsOfEcdsa(keyInfo, data, signature),
                _ => false,
            };
        }
        catch (Exception unreadable)
            when (unreadable is AsnContentException or CryptographicException or ArgumentException)
        {
            return false;
        }
    }

    private static bool IsOfEd25519(byte[] raw, byte[] data, byte[] signature)
    {
        Ed25519Signer verifier = new();
        verifier.Init(forSigning: false, new Ed25519PublicKeyParameters(raw));
        verifier.BlockUpdate(data, 0, data.Length);
        return verifier.VerifySignature(signature);
    }

    private static bool IsOfRsa(byte[] keyInfo, byte[] data, byte[] signature)
    {
        using var rsa = RSA.Create();
        rsa.ImportSubjectPublicKeyInfo(keyInfo, out _);
        return rsa.VerifyData(data, signature, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
    }

    private static bool IsOfEcdsa(byte[] keyInfo, byte[] data, byte[] signature)
    {
        using var ecdsa = ECDsa.Create();
        ecdsa.ImportSubjectPublicKeyInfo(keyInfo, out _);
        return ecdsa.VerifyData(data, signature, HashAlgorithmName.SHA256, DSASignatureFormat.Rfc3279DerSequence);
    }
}

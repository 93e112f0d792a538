using System.Security.Cryptography;
using System.Text;
using HybridLlm.Liqo.Identities;
using HybridLlm.Liqo.Resources;

namespace HybridLlm.Liqo.Users;

/// <summary>A new peering user's name, key and certificate request.</summary>
/// <param name="UserName">Name in the request: ever another, so that a certificate given out before does not fit new rights.</param>
/// <param name="PrivateKey">PKCS#8, PEM.</param>
/// <param name="Request">PKCS#10, the bytes of its PEM.</param>
internal sealed record PeeringUserKeys(string UserName, string PrivateKey, byte[] Request)
{
    private const int RsaBits = 2048;
    private const int Randomness = 32;

    public static PeeringUserKeys Create(string consumerId, PeeringUserKey kind)
    {
        using AsymmetricAlgorithm pair =
            kind == PeeringUserKey.Rsa ? RSA.Create(RsaBits) : ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var pem = pair.ExportPkcs8PrivateKeyPem();
        var name =
            $"{LiqoNames.PeeringUserOf(consumerId)}-{RandomNumberGenerator.GetHexString(Randomness, lowercase: true)}";
        using var key = ClusterKey.Load(Encoding.ASCII.GetBytes(pem));
        return new PeeringUserKeys(name, pem, SigningRequestPem.Create(key, SigningRequestPem.Organization, name));
    }

    /// <summary>Never the key.</summary>
    public override string ToString() => $"keys of {UserName}";
}

using System.Security.Cryptography;
using HybridLlm.Nebula.Encoding;
using HybridLlm.Nebula.Keys;

namespace HybridLlm.Nebula.Enrolment;

/// <summary>
/// Proof that a host holds its private key. An X25519 key cannot sign, so it agrees on a secret with the desk's key and
/// authenticates the request with it, which convinces the desk and nobody else. A P-256 key signs.
/// </summary>
internal static class PossessionProof
{
    private const int KeyLength = 32;

    /// <summary>What the proof covers: both keys and every field, each with its length.</summary>
    public static byte[] Message(HostPublicKey host, HostPublicKey desk, string name, string token) =>
        new ProtobufWriter()
            .Text(1, "HybridLlm.Nebula enrolment 1")
            .Varint(2, (ulong)host.Curve)
            .Bytes(3, host.Bytes.Span)
            .Bytes(4, desk.Bytes.Span)
            .Text(5, name)
            .Text(6, token)
            .ToArray();

    public static byte[] Make(HostKeyPair host, HostPublicKey desk, byte[] message) =>
        host.Curve == NebulaCurve.P256 ? host.SignP256(message) : Mac(host.DeriveSharedSecret(desk), message);

    public static bool Verify(HostKeyPair desk, HostPublicKey host, byte[] message, byte[] proof)
    {
        if (host.Curve != desk.Curve)
        {
            return false;
        }

        if (host.Curve == NebulaCurve.P256)
        {
            return CaPublicKey.Verify(NebulaCurve.P256, host.Bytes.Span, message, proof);
        }

        try
        {
            return CryptographicOperations.FixedTimeEquals(Mac(desk.DeriveSharedSecret(host), message), proof);
        }
        catch (NebulaFormatException)
        {
            // A low-order key: its secret would be known to everyone.
            return false;
        }
    }

    private static byte[] Mac(byte[] secret, byte[] message) =>
        HMACSHA256.HashData(HKDF.DeriveKey(HashAlgorithmName.SHA256, secret, KeyLength, info: message), message);
}

using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace HybridLlm.AwsGpu.Bootstrap;

/// <summary>
/// The controller's answer, readable by one node only: X25519 of the mailbox key and the controller's wake key, HKDF-SHA256 bound to
/// the request, the wake, the instance and all public keys, AES-256-CTR and HMAC-SHA256 over the ciphertext. Chosen so that
/// <c>sh</c> opens it with stock openssl 3.
/// </summary>
public static class SealedReply
{
    private const string Version = "hybridllm-reply-1";
    private const int NonceBytes = 16;
    private const int TagBytes = 32;

    /// <summary>Seals a payload to the node that sent <paramref name="request"/>.</summary>
    /// <param name="payload">What only that node may read.</param>
    /// <param name="request">The request, already judged good.</param>
    /// <param name="instanceId">The instance the request comes from, e.g. <c>i-0abc…</c>.</param>
    /// <param name="controller">The controller's key for this wake.</param>
    /// <exception cref="EnrolmentRefusedException">The mailbox key is one nobody can agree with.</exception>
    public static byte[] Seal(
        ReadOnlySpan<byte> payload,
        NodeRequest request,
        string instanceId,
        X25519PrivateKey controller
    )
    {
        ArgumentNullException.ThrowIfNull(request);
        ArgumentNullException.ThrowIfNull(controller);
        var secret =
            controller.Agree(request.MailboxKey)
            ?? throw EnrolmentRefusedException.Because("its mailbox key has small order");
        var nonce = RandomNumberGenerator.GetBytes(NonceBytes);
        var keys = Derive(secret, request, instanceId, controller.PublicKey, nonce);
        var ciphertext = keys.Transform(payload);
        var tag = HMACSHA256.HashData(keys.Mac, ciphertext);
        var text = string.Join(
            '\n',
            Version,
            Convert.ToHexStringLower(nonce),
            Convert.ToBase64String(ciphertext),
            Convert.ToBase64String(tag),
            ""
        );
        return Encoding.ASCII.GetBytes(text);
    }

    /// <summary>Opens a reply as the node does.</summary>
    /// <param name="reply">The reply object.</param>
    /// <param name="request">The request this node sent.</param>
    /// <param name="instanceId">This node's instance id.</param>
    /// <param name="controller">The controller's key from the user data.</param>
    /// <param name="mailbox">The node's mailbox key.</param>
    /// <returns>The payload; null when the reply was not sealed for this node, or was changed on the way.</returns>
    public static byte[]? Open(
        ReadOnlySpan<byte> reply,
        NodeRequest request,
        string instanceId,
        X25519PublicKey controller,
        X25519PrivateKey mailbox
    )
    {
        ArgumentNullException.ThrowIfNull(request);
        ArgumentNullException.ThrowIfNull(controller);
        ArgumentNullException.ThrowIfNull(mailbox);
        var lines = Encoding.ASCII.GetString(reply).Split('\n');
        if (
            lines.Length < 4
            || lines[0] != Version
            || lines[1].Length != 2 * NonceBytes
            || !lines[1].All(char.IsAsciiHexDigitLower)
        )
        {
            return null;
        }

        var (ciphertext, tag) = (FromBase64(lines[2]), FromBase64(lines[3]));
        var secret = mailbox.Agree(controller);
        if (ciphertext is not { Length: > 0 } || tag is not { Length: TagBytes } || secret is null)
        {
            return null;
        }

        var keys = Derive(secret, request, instanceId, controller, Convert.FromHexString(lines[1]));
        return CryptographicOperations.FixedTimeEquals(tag, HMACSHA256.HashData(keys.Mac, ciphertext))
            ? keys.Transform(ciphertext)
            : null;
    }

    private static Keys Derive(
        byte[] secret,
        NodeRequest request,
        string instanceId,
        X25519PublicKey controller,
        byte[] nonce
    )
    {
        var info =
            $"{Version}|{request.WakeId}|{instanceId}|{controller}|{request.MailboxKey}|{request.NebulaKey}|{Convert.ToHexStringLower(nonce)}";
        var okm = HKDF.DeriveKey(
            HashAlgorithmName.SHA256,
            secret,
            outputLength: 80,
            salt: SHA256.HashData(request.Bytes),
            info: Encoding.ASCII.GetBytes(info)
        );
        return new Keys(okm[..32], okm[32..64], okm[64..]);
    }

    private static byte[]? FromBase64(string text)
    {
        var bytes = new byte[text.Length];
        return Convert.TryFromBase64String(text, bytes, out var written) ? bytes[..written] : null;
    }

    private sealed record Keys(byte[] Cipher, byte[] Mac, byte[] Counter)
    {
        /// <summary>AES-256-CTR, which the BCL lacks: the key stream is the ECB encryption of a counter, big-endian, from the IV.</summary>
        public byte[] Transform(ReadOnlySpan<byte> data)
        {
            const int block = 16;
            using var aes = Aes.Create();
            aes.Key = Cipher;
            var stream = new byte[(data.Length + block - 1) / block * block];
            var counter = BinaryPrimitives.ReadUInt128BigEndian(Counter);
            for (var offset = 0; offset < stream.Length; offset += block)
            {
                BinaryPrimitives.WriteUInt128BigEndian(stream.AsSpan(offset), counter++);
            }

            var pad = aes.EncryptEcb(stream, PaddingMode.None);
            var result = data.ToArray();
            for (var i = 0; i < result.Length; i++)
            {
                result[i] ^= pad[i];
            }

            return result;
        }
    }
}

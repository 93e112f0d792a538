using System.Buffers.Binary;
using System.Security.Cryptography;
using HybridLlm.Nebula.Configuration;

namespace HybridLlm.Nebula.Mesh.Noise;

/// <summary>One direction's cipher. The counter is the nonce: big-endian for AES-GCM, little-endian for ChaCha20-Poly1305.</summary>
internal sealed class TransportCipher : IDisposable
{
    public const int TagLength = 16;

    private const int NonceLength = 12;
    private const int CounterOffset = 4;

    private readonly AesGcm? _aes;
    private readonly ChaCha20Poly1305? _chaCha;

    public TransportCipher(NebulaCipher cipher, ReadOnlySpan<byte> key)
    {
        if (cipher == NebulaCipher.Aes)
        {
            _aes = new AesGcm(key, TagLength);
        }
        else
        {
            _chaCha = new ChaCha20Poly1305(key);
        }
    }

    /// <summary>Cipher text and tag.</summary>
    public byte[] Seal(ulong counter, ReadOnlySpan<byte> associated, ReadOnlySpan<byte> plain)
    {
        Span<byte> nonce = stackalloc byte[NonceLength];
        WriteNonce(nonce, counter);
        var packet = new byte[plain.Length + TagLength];
        var cipher = packet.AsSpan(0, plain.Length);
        var tag = packet.AsSpan(plain.Length);
        _aes?.Encrypt(nonce, plain, cipher, tag, associated);
        _chaCha?.Encrypt(nonce, plain, cipher, tag, associated);
        return packet;
    }

    /// <summary>The plain text; null when the packet was not made with this key.</summary>
    public byte[]? Open(ulong counter, ReadOnlySpan<byte> associated, ReadOnlySpan<byte> packet)
    {
        if (packet.Length < TagLength)
        {
            return null;
        }

        Span<byte> nonce = stackalloc byte[NonceLength];
        WriteNonce(nonce, counter);
        var plain = new byte[packet.Length - TagLength];
        var cipher = packet[..plain.Length];
        var tag = packet[plain.Length..];
        try
        {
            _aes?.Decrypt(nonce, cipher, tag, plain, associated);
            _chaCha?.Decrypt(nonce, cipher, tag, plain, associated);
            return plain;
        }
        catch (AuthenticationTagMismatchException)
        {
            return null;
        }
    }

    public void Dispose()
    {
        _aes?.Dispose();
        _chaCha?.Dispose();
    }

    private void WriteNonce(Span<byte> nonce, ulong counter)
    {
        nonce.Clear();
        if (_aes is not null)
        {
            BinaryPrimitives.WriteUInt64BigEndian(nonce[CounterOffset..], counter);
        }
        else
        {
            BinaryPrimitives.WriteUInt64LittleEndian(nonce[CounterOffset..], counter);
        }
    }
}

using System.Security.Cryptography;
using HybridLlm.Nebula.Configuration;

namespace HybridLlm.Nebula.Mesh.Noise;

/// <summary>The running hash and chaining key of a handshake (Noise specification, section 5.2), with SHA-256.</summary>
internal sealed class SymmetricState
{
    private const int HashLength = 32;

    private readonly NebulaCipher _cipher;
    private byte[] _chainingKey;
    private byte[]? _key;
    private ulong _counter;

    public SymmetricState(string protocol, NebulaCipher cipher)
    {
        // All of nebula's protocol names fit into a hash, so they are padded, never hashed.
        Hash = new byte[HashLength];
        Encoding.GoText.ToUtf8(protocol).CopyTo(Hash, 0);
        _chainingKey = [.. Hash];
        _cipher = cipher;
    }

    private SymmetricState(SymmetricState other)
    {
        (Hash, _cipher, _chainingKey, _key, _counter) = (
            other.Hash,
            other._cipher,
            other._chainingKey,
            other._key,
            other._counter
        );
    }

    public byte[] Hash { get; private set; }

    /// <summary>A state to try a message on: one that does not decrypt leaves this one as it is.</summary>
    public SymmetricState Clone() => new(this);

    public void MixHash(ReadOnlySpan<byte> data) => Hash = SHA256.HashData([.. Hash, .. data]);

    public void MixKey(ReadOnlySpan<byte> secret)
    {
        (_chainingKey, _key) = Derive(secret);
        _counter = 0;
    }

    /// <summary>Before the first key, data travels in clear.</summary>
    public byte[] EncryptAndHash(ReadOnlySpan<byte> plain)
    {
        var sent = plain.ToArray();
        if (_key is not null)
        {
            using TransportCipher cipher = new(_cipher, _key);
            sent = cipher.Seal(_counter++, Hash, plain);
        }

        MixHash(sent);
        return sent;
    }

    /// <summary>Null when the data was not encrypted with this state's key.</summary>
    public byte[]? DecryptAndHash(ReadOnlySpan<byte> received)
    {
        var plain = received.ToArray();
        if (_key is not null)
        {
            using TransportCipher cipher = new(_cipher, _key);
            if (cipher.Open(_counter, Hash, received) is not { } opened)
            {
                return null;
            }

            _counter++;
            plain = opened;
        }

        MixHash(received);
        return plain;
    }

    /// <summary>The transport keys: initiator to responder, responder to initiator.</summary>
    public (byte[] ToResponder, byte[] ToInitiator) Split() => Derive([]);

    private (byte[] First, byte[] Second) Derive(ReadOnlySpan<byte> secret)
    {
        var temporary = HMACSHA256.HashData(_chainingKey, secret);
        byte[] one = [0x01];
        var first = HMACSHA256.HashData(temporary, one);
        byte[] two = [.. first, 0x02];
        return (first, HMACSHA256.HashData(temporary, two));
    }
}

using HybridLlm.Nebula.Configuration;
using HybridLlm.Nebula.Keys;

namespace HybridLlm.Nebula.Mesh.Noise;

/// <summary>
/// The initiator's side of Noise IX as nebula uses it (no PSK in spite of the name, empty prologue): → e, s; ← e, ee, se, s, es. The
/// first message, certificate included, travels in clear.
/// </summary>
internal sealed class NoiseIxInitiator
{
    private readonly HostKeyPair _static;
    private readonly HostKeyPair _ephemeral;
    private readonly SymmetricState _state;
    private readonly NebulaCipher _cipher;

    /// <param name="key">The node's key, whose public half its certificate vouches for.</param>
    /// <param name="cipher">Cipher of the mesh.</param>
    /// <param name="ephemeral">A fresh key; null to make one.</param>
    public NoiseIxInitiator(HostKeyPair key, NebulaCipher cipher, HostKeyPair? ephemeral = null)
    {
        _static = key;
        _ephemeral = ephemeral ?? HostKeyPair.Generate(key.Curve);
        _cipher = cipher;
        _state = new SymmetricState(Protocol(key.Curve, cipher), cipher);
        _state.MixHash([]);
    }

    private int PublicKeyLength => _static.PublicKey.Bytes.Length;

    public byte[] WriteFirst(ReadOnlySpan<byte> payload)
    {
        var ephemeral = _ephemeral.PublicKey.Bytes.Span;
        _state.MixHash(ephemeral);
        return
        [
            .. ephemeral,
            .. _state.EncryptAndHash(_static.PublicKey.Bytes.Span),
            .. _state.EncryptAndHash(payload),
        ];
    }

    /// <summary>Reads the answer; null when it does not decrypt, e.g. because the peer uses the other cipher.</summary>
    public NoiseAnswer? ReadSecond(ReadOnlySpan<byte> message)
    {
        var sealedKeyLength = PublicKeyLength + TransportCipher.TagLength;
        if (message.Length < PublicKeyLength + sealedKeyLength + TransportCipher.TagLength)
        {
            return null;
        }

        try
        {
            var state = _state.Clone();
            var ephemeral = HostPublicKey.FromBytes(_static.Curve, message[..PublicKeyLength]);
            state.MixHash(ephemeral.Bytes.Span);
            state.MixKey(_ephemeral.DeriveSharedSecret(ephemeral));
            state.MixKey(_static.DeriveSharedSecret(ephemeral));
            if (state.DecryptAndHash(message.Slice(PublicKeyLength, sealedKeyLength)) is not { } peerKey)
            {
                return null;
            }

            var peer = HostPublicKey.FromBytes(_static.Curve, peerKey);
            state.MixKey(_ephemeral.DeriveSharedSecret(peer));
            var payload = state.DecryptAndHash(message[(PublicKeyLength + sealedKeyLength)..]);
            return payload is null ? null : new NoiseAnswer(peer, payload, state, _cipher);
        }
        catch (NebulaFormatException)
        {
            // A key that is no point of the curve: not from a nebula of this mesh.
            return null;
        }
    }

    private static string Protocol(NebulaCurve curve, NebulaCipher cipher) =>
        $"Noise_IX_{(curve == NebulaCurve.P256 ? "P256" : "25519")}_{(cipher == NebulaCipher.Aes ? "AESGCM" : "ChaChaPoly")}_SHA256";
}

/// <summary>What a finished handshake gives. Holds the tunnel's keys.</summary>
internal sealed class NoiseAnswer
{
    private readonly NebulaCipher _cipher;

    public NoiseAnswer(HostPublicKey peer, byte[] payload, SymmetricState state, NebulaCipher cipher)
    {
        Peer = peer;
        Payload = payload;
        HandshakeHash = state.Hash;
        (ToResponder, ToInitiator) = state.Split();
        _cipher = cipher;
    }

    public HostPublicKey Peer { get; }

    public byte[] Payload { get; }

    internal byte[] HandshakeHash { get; }

    internal byte[] ToResponder { get; }

    internal byte[] ToInitiator { get; }

    public TransportCipher Sending() => new(_cipher, ToResponder);

    public TransportCipher Receiving() => new(_cipher, ToInitiator);
}

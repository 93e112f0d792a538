using System.Net;
using HybridLlm.Nebula.Mesh.Noise;
using HybridLlm.Nebula.Mesh.Wire;

namespace HybridLlm.Nebula.Mesh;

/// <summary>Encrypts and decrypts the packets of one tunnel. Counters 1 and 2 were the handshake's.</summary>
internal sealed class TunnelLink : IDisposable
{
    private readonly ProbeSocket _socket;
    private readonly uint _ownIndex;
    private readonly uint _peerIndex;
    private readonly TransportCipher _sending;
    private readonly TransportCipher _receiving;
    private ulong _sent = 2;
    private ulong _received = 2;

    public TunnelLink(ProbeSocket socket, IPEndPoint remote, uint ownIndex, uint peerIndex, NoiseAnswer answer)
    {
        _socket = socket;
        Remote = remote;
        _ownIndex = ownIndex;
        _peerIndex = peerIndex;
        _sending = answer.Sending();
        _receiving = answer.Receiving();
    }

    public IPEndPoint Remote { get; }

    public Task SendAsync(
        PacketType type,
        byte subtype,
        ReadOnlyMemory<byte> plain,
        CancellationToken cancellationToken
    ) => _socket.SendAsync(Remote, Seal(type, subtype, plain.Span), cancellationToken);

    /// <summary>
    /// The plain text; null for a forgery, and for a packet that is no newer than the last: a probe asks and waits, so what
    /// comes out of order is a replay.
    /// </summary>
    public byte[]? Open(ProbePacket packet)
    {
        if (packet.Header.Counter <= _received)
        {
            return null;
        }

        var plain = _receiving.Open(packet.Header.Counter, packet.Header.ToBytes(), packet.Body);
        _received = plain is null ? _received : packet.Header.Counter;
        return plain;
    }

    public void Dispose()
    {
        _socket.Release(_ownIndex);
        _sending.Dispose();
        _receiving.Dispose();
    }

    internal byte[] Seal(PacketType type, byte subtype, ReadOnlySpan<byte> plain)
    {
        var counter = Interlocked.Increment(ref _sent);
        var header = new PacketHeader(type, subtype, _peerIndex, counter).ToBytes();
        return [.. header, .. _sending.Seal(counter, header, plain)];
    }
}

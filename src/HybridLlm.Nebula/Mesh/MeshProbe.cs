using System.Net;
using System.Threading.Channels;
using HybridLlm.Nebula.Mesh.Noise;
using HybridLlm.Nebula.Mesh.Wire;

namespace HybridLlm.Nebula.Mesh;

/// <summary>
/// A member of the mesh without network device or root: it makes tunnels, pings, and asks lighthouses. It carries no traffic, and
/// firewall rules do not apply to what it does.
/// </summary>
public sealed class MeshProbe : IAsyncDisposable
{
    private const int MaxWaiting = 256;

    private readonly ProbeIdentity _identity;
    private readonly ProbeOptions _options;
    private readonly TimeProvider _time;
    private readonly ProbeSocket _socket;

    /// <summary>Opens a socket.</summary>
    /// <param name="identity">Who the probe is.</param>
    /// <param name="time">Tells now and waits.</param>
    /// <param name="options">How patient it is; null for nebula's own patience.</param>
    /// <exception cref="System.Net.Sockets.SocketException">The local address cannot be used.</exception>
    public MeshProbe(ProbeIdentity identity, TimeProvider time, ProbeOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(identity);
        ArgumentNullException.ThrowIfNull(time);
        _identity = identity;
        _time = time;
        _options = options ?? new ProbeOptions();
        ArgumentOutOfRangeException.ThrowIfLessThan(_options.Tries, 1, nameof(options));
        _socket = new ProbeSocket(_options.Local);
    }

    /// <summary>Makes a tunnel to whoever listens at an endpoint.</summary>
    /// <param name="endpoint">Address and UDP port outside the mesh.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public async Task<ProbeResult> ConnectAsync(IPEndPoint endpoint, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(endpoint);
        // Anyone can send; what comes faster than it is looked at is lost, as on the way.
        var arrived = Channel.CreateBounded<ProbePacket>(
            new BoundedChannelOptions(MaxWaiting) { FullMode = BoundedChannelFullMode.DropWrite }
        );
        var index = _socket.Register(arrived.Writer);
        ProbeResult? result = null;
        try
        {
            result = await HandshakeAsync(endpoint, index, arrived.Reader, cancellationToken).ConfigureAwait(false);
            return result;
        }
        finally
        {
            if (result?.Tunnel is null)
            {
                _socket.Release(index);
            }
        }
    }

    /// <summary>Closes the socket; tunnels are disposed by whoever made them.</summary>
    public ValueTask DisposeAsync() => _socket.DisposeAsync();

    private async Task<ProbeResult> HandshakeAsync(
        IPEndPoint endpoint,
        uint index,
        ChannelReader<ProbePacket> arrived,
        CancellationToken cancellationToken
    )
    {
        NoiseIxInitiator noise = new(_identity.Key, _identity.Cipher);
        byte[] first =
        [
            .. new PacketHeader(PacketType.Handshake, 0, 0, 1).ToBytes(),
            .. noise.WriteFirst(Payload(index)),
        ];
        var start = _time.GetTimestamp();
        var isUndecipherable = false;
        for (var attempt = 1; attempt <= _options.Tries && !isUndecipherable; attempt++)
        {
            // The very same packet: the responder knows it again and repeats its answer.
            await _socket.SendAsync(endpoint, first, cancellationToken).ConfigureAwait(false);
            using Patience patience = new(_options.TryInterval * attempt, _time, cancellationToken);
            while (await patience.ReadAsync(arrived).ConfigureAwait(false) is { } packet)
            {
                if (packet.Header is not { Type: PacketType.Handshake, Counter: 2 })
                {
                    continue;
                }

                if (noise.ReadSecond(packet.Body) is { } answer)
                {
                    return Judge(endpoint, index, answer, arrived, _time.GetElapsedTime(start));
                }

                // Anyone could have sent it, so the right answer may still come with this try.
                isUndecipherable = true;
            }
        }

        return isUndecipherable ? WrongCipher(endpoint) : NoAnswer(endpoint);
    }

    private byte[] Payload(uint index) =>
        new HandshakePayload
        {
            Certificate = _identity.Certificate.EncodeForHandshake(),
            Version = _identity.Certificate.Version,
            InitiatorIndex = index,
            Time = (ulong)(_time.GetUtcNow() - DateTimeOffset.UnixEpoch).Ticks * TimeSpan.NanosecondsPerTick,
        }.ToBytes();

    private ProbeResult Judge(
        IPEndPoint endpoint,
        uint index,
        NoiseAnswer answer,
        ChannelReader<ProbePacket> arrived,
        TimeSpan roundTrip
    )
    {
        try
        {
            var payload = HandshakePayload.Parse(answer.Payload);
            var certificate = payload.ReadCertificate(answer.Peer);
            if (_identity.Authorities.Verify(certificate, _time.GetUtcNow()).Fault is { } fault)
            {
                return new ProbeResult(endpoint, null, ProbeFailure.PeerRejected, fault);
            }

            TunnelLink link = new(_socket, endpoint, index, payload.ResponderIndex, answer);
            ProbeTunnel tunnel = new(
                link,
                arrived,
                certificate,
                roundTrip,
                _identity.Certificate.Version,
                _options,
                _time
            );
            return new ProbeResult(endpoint, tunnel, ProbeFailure.None, null);
        }
        catch (Exception e) when (e is NebulaFormatException or FormatException)
        {
            NebulaFault fault = new(
                "probe-peer-malformed",
                $"The host at {endpoint} shows a certificate that cannot be read: {e.Message}",
                "Look at its certificate with nebula-cert print, and issue it again."
            );
            return new ProbeResult(endpoint, null, ProbeFailure.PeerRejected, fault);
        }
    }

    private static ProbeResult NoAnswer(IPEndPoint endpoint) =>
        new(
            endpoint,
            null,
            ProbeFailure.NoAnswer,
            new NebulaFault(
                "probe-no-answer",
                $"Nothing answers at {endpoint}.",
                "Check that nebula runs there and UDP gets through; if so, its log says why it refuses: authority, expiry, blocklist or curve."
            )
        );

    private static ProbeResult WrongCipher(IPEndPoint endpoint) =>
        new(
            endpoint,
            null,
            ProbeFailure.WrongCipher,
            new NebulaFault(
                "probe-cipher",
                $"The host at {endpoint} answers, but its answer does not decrypt.",
                "Set the same cipher on every node: nodes do not negotiate it."
            )
        );
}

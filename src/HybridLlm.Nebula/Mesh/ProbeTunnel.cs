using System.Net;
using System.Threading.Channels;
using HybridLlm.Nebula.Certificates;
using HybridLlm.Nebula.Mesh.Wire;

namespace HybridLlm.Nebula.Mesh;

/// <summary>A tunnel to one host. Disposing it tells the host.</summary>
public sealed class ProbeTunnel : IAsyncDisposable
{
    private const int MaxWaiting = 64;

    private readonly TunnelLink _link;
    private readonly CertificateVersion _ownVersion;
    private readonly ProbeOptions _options;
    private readonly TimeProvider _time;

    // Bounded, because nobody may be asking while a peer goes on sending.
    private readonly Channel<Answer> _answers = Channel.CreateBounded<Answer>(
        new BoundedChannelOptions(MaxWaiting) { FullMode = BoundedChannelFullMode.DropOldest }
    );
    private readonly SemaphoreSlim _oneAtATime = new(1, 1);
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _loop;

    internal ProbeTunnel(
        TunnelLink link,
        ChannelReader<ProbePacket> arrived,
        NebulaCertificate peer,
        TimeSpan handshakeTime,
        CertificateVersion ownVersion,
        ProbeOptions options,
        TimeProvider time
    )
    {
        _link = link;
        _ownVersion = ownVersion;
        _options = options;
        _time = time;
        Peer = peer;
        HandshakeTime = handshakeTime;
        _loop = ReceiveAsync(arrived, _stop.Token);
    }

    /// <summary>The host's certificate, verified.</summary>
    public NebulaCertificate Peer { get; }

    /// <summary>Where the host is, outside the mesh.</summary>
    public IPEndPoint Endpoint => _link.Remote;

    /// <summary>From the first packet to the answer; with lost packets longer than a round trip.</summary>
    public TimeSpan HandshakeTime { get; }

    /// <summary>Sends nebula's own test packet. Null when no answer came in time.</summary>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>The round trip.</returns>
    public async Task<TimeSpan?> PingAsync(CancellationToken cancellationToken = default)
    {
        var start = _time.GetTimestamp();

        // Empty, because nebula before 1.10 echoes something else than it was sent.
        var echoed = await AskAsync(
                PacketType.Test,
                PacketHeader.TestRequest,
                [],
                answer => answer.Type == PacketType.Test ? answer : null,
                cancellationToken
            )
            .ConfigureAwait(false);
        return echoed is null ? null : _time.GetElapsedTime(start);
    }

    /// <summary>
    /// Asks a lighthouse where a host is. Null when no answer came in time, which is also how a lighthouse says that it does not
    /// know the host. Each question makes the lighthouse ask the host to open its NAT, so do not ask faster than the mesh's interval.
    /// </summary>
    /// <param name="host">The host's address in the mesh.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>Its endpoints outside the mesh.</returns>
    public async Task<IReadOnlyList<IPEndPoint>?> QueryHostAsync(
        IPAddress host,
        CancellationToken cancellationToken = default
    )
    {
        ArgumentNullException.ThrowIfNull(host);
        return await AskAsync(
                PacketType.LightHouse,
                0,
                HostQuery.Write(host, _ownVersion),
                answer => answer.Type == PacketType.LightHouse ? Endpoints(answer.Plain, host) : null,
                cancellationToken
            )
            .ConfigureAwait(false);
    }

    /// <summary>Tells the host that the tunnel is gone, and forgets it.</summary>
    public async ValueTask DisposeAsync()
    {
        await _link.SendAsync(PacketType.CloseTunnel, 0, default, CancellationToken.None).ConfigureAwait(false);
        await _stop.CancelAsync().ConfigureAwait(false);
        await _loop.ConfigureAwait(false);
        _link.Dispose();
        _oneAtATime.Dispose();
        _stop.Dispose();
    }

    private async Task<T?> AskAsync<T>(
        PacketType type,
        byte subtype,
        byte[] question,
        Func<Answer, T?> understand,
        CancellationToken cancellationToken
    )
        where T : class
    {
        await _oneAtATime.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            // What still comes for an earlier question that was given up is no answer to this one.
            while (_answers.Reader.TryRead(out _)) { }

            await _link.SendAsync(type, subtype, question, cancellationToken).ConfigureAwait(false);
            using Patience patience = new(_options.AnswerTimeout, _time, cancellationToken);
            while (await patience.ReadAsync(_answers.Reader).ConfigureAwait(false) is { } answer)
            {
                if (understand(answer) is { } understood)
                {
                    return understood;
                }
            }

            return null;
        }
        finally
        {
            _oneAtATime.Release();
        }
    }

    private async Task ReceiveAsync(ChannelReader<ProbePacket> arrived, CancellationToken cancellationToken)
    {
        try
        {
            await foreach (var packet in arrived.ReadAllAsync(cancellationToken).ConfigureAwait(false))
            {
                if (_link.Open(packet) is not { } plain)
                {
                    continue;
                }

                if (packet.Header is { Type: PacketType.Test, Subtype: PacketHeader.TestRequest })
                {
                    // The peer wants to know whether we live; without an answer it drops the tunnel.
                    await _link
                        .SendAsync(PacketType.Test, PacketHeader.TestReply, plain, cancellationToken)
                        .ConfigureAwait(false);
                    continue;
                }

                _answers.Writer.TryWrite(new Answer(packet.Header.Type, plain));
            }
        }
        catch (OperationCanceledException)
        {
            // Disposed.
        }
    }

    private static IReadOnlyList<IPEndPoint>? Endpoints(byte[] message, IPAddress host)
    {
        try
        {
            return HostQuery.Parse(message) is { } reply && reply.Host.Equals(host) ? reply.Endpoints : null;
        }
        catch (FormatException)
        {
            return null;
        }
    }

    private sealed record Answer(PacketType Type, byte[] Plain);
}

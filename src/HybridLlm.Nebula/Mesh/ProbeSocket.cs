using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Threading.Channels;
using HybridLlm.Nebula.Mesh.Wire;

namespace HybridLlm.Nebula.Mesh;

/// <summary>One UDP socket for many tunnels: packets find their tunnel by the index in their header.</summary>
internal sealed class ProbeSocket : IAsyncDisposable
{
    private const int MaxPacket = 65536;

    private readonly Socket _socket;
    private readonly ConcurrentDictionary<uint, ChannelWriter<ProbePacket>> _receivers = new();
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _loop;

    public ProbeSocket(IPEndPoint? local)
    {
        var family =
            local?.AddressFamily ?? (Socket.OSSupportsIPv6 ? AddressFamily.InterNetworkV6 : AddressFamily.InterNetwork);
        _socket = new Socket(family, SocketType.Dgram, ProtocolType.Udp);
        if (family == AddressFamily.InterNetworkV6)
        {
            _socket.DualMode = true;
        }

        var any = family == AddressFamily.InterNetworkV6 ? IPAddress.IPv6Any : IPAddress.Any;
        _socket.Bind(local ?? new IPEndPoint(any, 0));
        _loop = ReceiveAsync(_stop.Token);
    }

    /// <summary>Reserves a random index and sends its packets to <paramref name="receiver"/>.</summary>
    public uint Register(ChannelWriter<ProbePacket> receiver)
    {
        while (true)
        {
            var index = BitConverter.ToUInt32(RandomNumberGenerator.GetBytes(sizeof(uint)));
            if (index != 0 && _receivers.TryAdd(index, receiver))
            {
                return index;
            }
        }
    }

    public void Release(uint index) => _receivers.TryRemove(index, out _);

    public async Task SendAsync(IPEndPoint remote, byte[] packet, CancellationToken cancellationToken)
    {
        var to =
            _socket.AddressFamily == AddressFamily.InterNetworkV6 && remote.AddressFamily == AddressFamily.InterNetwork
                ? new IPEndPoint(remote.Address.MapToIPv6(), remote.Port)
                : remote;
        try
        {
            await _socket.SendToAsync(packet, to, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // No route, a closed port, or a probe that is gone: like a packet lost on the way, and told as "no answer".
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync().ConfigureAwait(false);
        _socket.Dispose();
        await _loop.ConfigureAwait(false);
        _stop.Dispose();
    }

    private async Task ReceiveAsync(CancellationToken cancellationToken)
    {
        var buffer = new byte[MaxPacket];
        EndPoint from = new IPEndPoint(
            _socket.AddressFamily == AddressFamily.InterNetworkV6 ? IPAddress.IPv6Any : IPAddress.Any,
            0
        );
        while (!cancellationToken.IsCancellationRequested)
        {
            try
            {
                var received = await _socket
                    .ReceiveFromAsync(buffer, SocketFlags.None, from, cancellationToken)
                    .ConfigureAwait(false);
                Dispatch(buffer.AsSpan(0, received.ReceivedBytes));
            }
            catch (SocketException) when (!cancellationToken.IsCancellationRequested)
            {
                // Windows reports an unreachable port here; the next packet may be fine.
            }
            catch (Exception e) when (e is OperationCanceledException or ObjectDisposedException or SocketException)
            {
                return;
            }
        }
    }

    private void Dispatch(ReadOnlySpan<byte> packet)
    {
        if (PacketHeader.TryRead(packet, out var header) && _receivers.TryGetValue(header.Index, out var receiver))
        {
            receiver.TryWrite(new ProbePacket(header, packet[PacketHeader.Length..].ToArray()));
        }
    }
}

/// <summary>A packet as it came: nothing about it is authenticated yet.</summary>
internal sealed record ProbePacket(PacketHeader Header, byte[] Body);

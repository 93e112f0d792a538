using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;

namespace HybridLlm.TestSupport;

/// <summary>
/// A tap on a wire: passes every connection on to a server of this machine and keeps each byte of both directions, of whatever protocol.
/// </summary>
public sealed class TcpTap : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stop = new();
    private readonly ConcurrentQueue<MemoryStream> _heard = new();
    private readonly ConcurrentBag<Task> _connections = [];
    private readonly Uri _far;
    private readonly Task _accepting;

    /// <summary>Opens the tap.</summary>
    /// <param name="far">The server.</param>
    public TcpTap(Uri far)
    {
        _far = far;
        _listener.Start();
        _accepting = AcceptAsync();
    }

    /// <summary>What to connect to instead of the server.</summary>
    public Uri Endpoint => new($"{_far.Scheme}://127.0.0.1:{((IPEndPoint)_listener.LocalEndpoint).Port}/");

    /// <summary>What has passed so far, a direction of a connection each.</summary>
    public IReadOnlyList<byte[]> Heard
    {
        get
        {
            return [.. _heard.Select(Copy)];

            static byte[] Copy(MemoryStream heard)
            {
                lock (heard)
                {
                    return heard.ToArray();
                }
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        _listener.Stop();
        await _accepting.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await Task.WhenAll(_connections).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _listener.Dispose();
        _stop.Dispose();
    }

    private async Task AcceptAsync()
    {
        while (true)
        {
            var near = await _listener.AcceptTcpClientAsync(_stop.Token);
            _connections.Add(PassAsync(near));
        }
    }

    private async Task PassAsync(TcpClient near)
    {
        using (near)
        using (TcpClient far = new())
        {
            await far.ConnectAsync(_far.Host, _far.Port, _stop.Token);
            await Task.WhenAll(CopyAsync(near, far), CopyAsync(far, near))
                .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task CopyAsync(TcpClient from, TcpClient to)
    {
        MemoryStream heard = new();
        _heard.Enqueue(heard);
        var buffer = new byte[64 * 1024];
        try
        {
            while (await from.GetStream().ReadAsync(buffer, _stop.Token) is var read and > 0)
            {
                lock (heard)
                {
                    heard.Write(buffer, 0, read);
                }

                await to.GetStream().WriteAsync(buffer.AsMemory(0, read), _stop.Token);
            }
        }
        finally
        {
            to.Client.Shutdown(SocketShutdown.Send);
        }
    }
}

using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace HybridLlm.Ollama.Tests;

/// <summary>Answers every connection with given bytes and closes it, for what no well-behaved server sends.</summary>
internal sealed class RawServer : IDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);

    private RawServer() => _listener.Start();

    /// <summary>What was asked, byte for byte.</summary>
    public ConcurrentQueue<string> Requests { get; } = new();

    public Uri Address => new($"http://127.0.0.1:{((IPEndPoint)_listener.LocalEndpoint).Port}");

    public static RawServer Answering(string response, byte[]? body = null)
    {
        RawServer server = new();
        _ = server.ServeAsync([.. Encoding.UTF8.GetBytes(response), .. body ?? []]);
        return server;
    }

    /// <summary>Answers with a stream of lines, ended by the connection's end.</summary>
    public static RawServer Streaming(string body) =>
        Answering("HTTP/1.1 200 OK\r\nContent-Type: application/x-ndjson\r\nConnection: close\r\n\r\n" + body);

    public void Dispose() => _listener.Dispose();

    private async Task ServeAsync(byte[] response)
    {
        try
        {
            while (true)
            {
                using var client = await _listener.AcceptTcpClientAsync();
                var stream = client.GetStream();
                // One read takes the request in: it is small and written at once.
                var request = new byte[64 * 1024];
                Requests.Enqueue(Encoding.UTF8.GetString(request, 0, await stream.ReadAsync(request)));
                await stream.WriteAsync(response);
                client.Client.Shutdown(SocketShutdown.Send);
                _ = await stream.ReadAsync(new byte[1]);
            }
        }
        catch (Exception e) when (e is SocketException or IOException or ObjectDisposedException)
        {
            // Disposed, or the client left.
        }
    }
}

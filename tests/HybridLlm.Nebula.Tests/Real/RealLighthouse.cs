using System.Diagnostics;
using System.Net;
using System.Net.Sockets;

namespace HybridLlm.Nebula.Tests.Real;

/// <summary>A real nebula without device or root, on loopback. It is up once its metrics page answers.</summary>
internal sealed class RealLighthouse : IAsyncDisposable
{
    private readonly Process _process;
    private readonly Task<string> _output;
    private readonly Task<string> _errors;

    private RealLighthouse(Process process)
    {
        _process = process;
        _output = process.StandardOutput.ReadToEndAsync();
        _errors = process.StandardError.ReadToEndAsync();
    }

    public static int FreeUdpPort()
    {
        using Socket socket = new(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        return ((IPEndPoint)socket.LocalEndPoint!).Port;
    }

    public static int FreeTcpPort()
    {
        using TcpListener listener = new(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    /// <summary>Starts a program on a configuration whose metrics page is at <paramref name="metrics"/>.</summary>
    public static async Task<RealLighthouse> StartAsync(string program, string configPath, Uri metrics)
    {
        ProcessStartInfo start = new(program, ["-config", configPath])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        RealLighthouse lighthouse = new(Process.Start(start)!);
        using HttpClient http = new();
        while (!lighthouse._process.HasExited)
        {
            try
            {
                await http.GetStringAsync(metrics, TestContext.Current.CancellationToken);
                return lighthouse;
            }
            catch (HttpRequestException)
            {
                await Task.Yield();
            }
        }

        var log = await lighthouse._output + await lighthouse._errors;
        await lighthouse.DisposeAsync();
        throw new InvalidOperationException($"nebula ended: {log}");
    }

    /// <summary>Stops it and gives its log.</summary>
    public async Task<string> StopAsync()
    {
        if (!_process.HasExited)
        {
            _process.Kill();
        }

        return await _output + await _errors;
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        _process.Dispose();
    }
}

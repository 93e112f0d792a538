using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using System.Threading.Channels;

namespace HybridLlm.Nebula.Tests.Real;

/// <summary>A real nebula. Its log tells when it is up and what it does.</summary>
internal sealed class RealNebula : IAsyncDisposable
{
    private const int HangUp = 1;

    private readonly Process _process;
    private readonly Channel<string> _lines = Channel.CreateUnbounded<string>();
    private readonly List<string> _seen = [];

    private RealNebula(Process process)
    {
        _process = process;
        _process.OutputDataReceived += (_, e) => Add(e.Data);
        _process.ErrorDataReceived += (_, e) => Add(e.Data);
        _process.EnableRaisingEvents = true;
        _process.Exited += (_, _) => _lines.Writer.TryComplete();
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
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

    /// <summary>Starts nebula on a configuration and waits until it is up.</summary>
    /// <param name="program">The program.</param>
    /// <param name="configPath">The configuration.</param>
    /// <param name="networkNamespace">Where to run it, as root; null for here.</param>
    public static async Task<RealNebula> StartAsync(string program, string configPath, string? networkNamespace = null)
    {
        string[] command = [program, "-config", configPath];
        string[] inside = networkNamespace is null
            ? []
            : [RealTools.RequireOnPath("ip"), "netns", "exec", networkNamespace];
        string[] words = [.. inside, .. command];
        ProcessStartInfo start = new(words[0], words[1..])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        RealNebula nebula = new(Process.Start(start)!);
        await nebula.WaitForAsync("Nebula interface is active");
        return nebula;
    }

    /// <summary>Reads its log until a line contains all of <paramref name="texts"/>; fails when it ends before.</summary>
    public async Task<string> WaitForAsync(params string[] texts)
    {
        await foreach (var line in _lines.Reader.ReadAllAsync(TestContext.Current.CancellationToken))
        {
            _seen.Add(line);
            if (texts.All(t => line.Contains(t, StringComparison.Ordinal)))
            {
                return line;
            }
        }

        throw new InvalidOperationException(
            $"nebula ended without '{string.Join(' ', texts)}': {string.Join('\n', _seen)}"
        );
    }

    /// <summary>Has it read its configuration again.</summary>
    public void Reload() => Kill(_process.Id, HangUp).ShouldBe(0);

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            _process.Kill();
        }

        await _process.WaitForExitAsync();
        _process.Dispose();
    }

    [DllImport("libc", EntryPoint = "kill")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Kill(int process, int signal);

    private void Add(string? line)
    {
        if (line is not null)
        {
            _lines.Writer.TryWrite(line);
        }
    }
}

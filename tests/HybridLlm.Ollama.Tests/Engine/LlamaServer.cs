using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text.RegularExpressions;

namespace HybridLlm.Ollama.Tests.Engine;

/// <summary>A real llama.cpp server, from its start until it listens to its end.</summary>
internal sealed partial class LlamaServer : IAsyncDisposable
{
    private static readonly TimeSpan s_startLimit = TimeSpan.FromMinutes(1);

    private readonly ConcurrentQueue<string> _log = new();
    private readonly TaskCompletionSource _listens = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Process _process;

    private LlamaServer(Process process, Uri address)
    {
        _process = process;
        Address = address;
        process.EnableRaisingEvents = true;
        process.Exited += (_, _) =>
            _listens.TrySetException(new InvalidOperationException(string.Join('\n', _log.TakeLast(20))));
        process.OutputDataReceived += (_, line) => Read(line.Data);
        process.ErrorDataReceived += (_, line) => Read(line.Data);
    }

    public Uri Address { get; }

    public static async Task<LlamaServer> StartAsync(string model, params IEnumerable<string> arguments)
    {
        var port = FreePort();
        string[] all =
        [
            "-m",
            model,
            "--host",
            "127.0.0.1",
            "--port",
            $"{port}",
            "--no-warmup",
            "-fit",
            "off",
            "-fa",
            "on",
            .. arguments,
        ];
        ProcessStartInfo start = new(RealTools.Require("bin/llama-server"), all)
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        LlamaServer server = new(Process.Start(start)!, new Uri($"http://127.0.0.1:{port}"));
        server._process.BeginOutputReadLine();
        server._process.BeginErrorReadLine();
        try
        {
            await server._listens.Task.WaitAsync(s_startLimit, TestContext.Current.CancellationToken);
            return server;
        }
        catch
        {
            await server.DisposeAsync();
            throw;
        }
    }

    /// <summary>Size of a buffer by the log, bytes to two places of a MiB, e.g. <c>KV</c>, <c>model</c> or <c>compute</c>.</summary>
    public double Mebibytes(string buffer) =>
        _log.Select(line => BufferSize().Match(line))
            .Where(m => m.Success && m.Groups["name"].Value == buffer)
            .Sum(m => double.Parse(m.Groups["size"].Value, CultureInfo.InvariantCulture));

    public async ValueTask DisposeAsync()
    {
        _process.Kill(entireProcessTree: true);
        await _process.WaitForExitAsync();
        _process.Dispose();
    }

    private void Read(string? line)
    {
        _log.Enqueue(line ?? "");
        if (line?.Contains("listening on http", StringComparison.Ordinal) is true)
        {
            _listens.TrySetResult();
        }
    }

    private static int FreePort()
    {
        using TcpListener listener = new(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    [GeneratedRegex(@" (?<name>\w+) buffer size = +(?<size>[\d.]+) MiB")]
    private static partial Regex BufferSize();
}

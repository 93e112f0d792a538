using System.Diagnostics;
using System.Text.RegularExpressions;

namespace HybridLlm.AwsGpu.Tests.Wire;

/// <summary>One moto process on a port of its own choosing, for all tests of a class; they share it by owner id.</summary>
public sealed partial class MotoServer : IWireBackend, IAsyncDisposable
{
    private readonly Lock _lock = new();
    private Task<WireEndpoint>? _started;
    private Process? _process;

    public IReadOnlyDictionary<Behaviour, string> Differences => MotoDifferences.All;

    public IReadOnlyDictionary<string, string> Answered => MotoDifferences.Answered;

    public Task<WireEndpoint> StartAsync()
    {
        var program = RealTools.Require("bin/moto-server");
        lock (_lock)
        {
            return _started ??= StartAsync(program);
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (_process is { } process)
        {
            process.Kill(entireProcessTree: true);
            await process.WaitForExitAsync();
            process.Dispose();
        }
    }

    private async Task<WireEndpoint> StartAsync(string program)
    {
        ProcessStartInfo start = new(program, "0") { RedirectStandardError = true, RedirectStandardOutput = true };
        start.Environment["MOTO_AMIS_PATH"] = Repository.PathOf(
            "tests",
            "HybridLlm.AwsGpu.Tests",
            "Vectors",
            "moto-amis.json"
        );
        TaskCompletionSource<Uri> listening = new(TaskCreationOptions.RunContinuationsAsynchronously);
        _process = new Process { StartInfo = start, EnableRaisingEvents = true };
        _process.ErrorDataReceived += (_, line) => Read(line.Data);
        _process.OutputDataReceived += (_, line) => Read(line.Data);
        _process.Exited += (_, _) => listening.TrySetException(new InvalidOperationException("moto ended."));
        _process.Start();
        _process.BeginErrorReadLine();
        _process.BeginOutputReadLine();
        return new WireEndpoint(await listening.Task, new AwsAccessKey("testing", "testing"), TimeProvider.System);

        void Read(string? line)
        {
            if (line is not null && Listening().Match(line) is { Success: true } match)
            {
                listening.TrySetResult(new Uri(match.Value));
            }
        }
    }

    [GeneratedRegex(@"http://127\.0\.0\.1:\d+")]
    private static partial Regex Listening();
}

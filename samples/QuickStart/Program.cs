using System.Runtime.InteropServices;
using HybridLlm.QuickStart;

// The whole life of a hybrid cluster, offline: plan, up, ask, sleep, down and a receipt. The cloud is emulated on loopback; the clock is
// virtual, so the minutes a real boot takes pass in seconds. With --json, standard output is one JSON object.
string[] unknown = [.. args.Where(a => a is not "--json")];
if (unknown.Length > 0)
{
    Console.Error.WriteLine(
        $"Unknown argument {unknown[0]}. Usage: dotnet run --project samples/QuickStart [-- --json]"
    );
    return 2;
}

using CancellationTokenSource stop = new();
using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop);
using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop);
return await Demo.RunAsync(json: args.Contains("--json"), stop.Token);

void Stop(PosixSignalContext signal)
{
    // The demo ends by itself, after it has taken everything down; a second signal ends it at once.
    signal.Cancel = !stop.IsCancellationRequested;
    stop.Cancel();
}

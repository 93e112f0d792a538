using System.Runtime.InteropServices;
using HybridLlm.QuickStart;

// The whole life of a hybrid cluster, offline: plan, up, ask, reclaim, sleep, down and a receipt. Cloud and homelab are emulated on
// loopback; the clock is virtual, so the minutes a real boot takes pass in seconds. With --direct there is no Kubernetes at home; with
// --json, standard output is one JSON object.
string[] unknown = [.. args.Where(a => a is not ("--json" or "--direct"))];
if (unknown.Length > 0)
{
    Console.Error.WriteLine(
        $"Unknown argument {unknown[0]}. Usage: dotnet run --project samples/QuickStart [-- [--direct] [--json]]"
    );
    return 2;
}

using CancellationTokenSource stop = new();
using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop);
using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop);
return await Demo.RunAsync(direct: args.Contains("--direct"), json: args.Contains("--json"), stop.Token);

void Stop(PosixSignalContext signal)
{
    // The demo ends by itself, after it has taken everything down; a second signal ends it at once.
    signal.Cancel = !stop.IsCancellationRequested;
    stop.Cancel();
}

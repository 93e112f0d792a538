// Runs the benchmark classes of this assembly, or a report that compares us with others:
//   dotnet run -c Release                       choose a class
//   dotnet run -c Release -- --filter '*Nebula*'
//   dotnet run -c Release -- nebula-report      writes Results/nebula-report.md; needs openssl and eng/tools.sh's nebula
//   dotnet run -c Release -- replay --traces DIR [--zones a,b] [--policy NAME] [--cold-start 195] [--json]
//   dotnet run -c Release -- replay-report --traces DIR    writes Results/replay-report.md
//   dotnet run -c Release -- gateway-report     writes Results/gateway-report.md
using System.CommandLine;
using BenchmarkDotNet.Running;
using HybridLlm.Benchmarks.Gateway;
using HybridLlm.Benchmarks.Nebula;
using HybridLlm.Benchmarks.Replays;

switch (args)
{
    case ["nebula-report"]:
        await NebulaReport.WriteAsync();
        return 0;
    case ["gateway-report"]:
        await GatewayReport.WriteAsync();
        return 0;
    case ["replay" or "replay-report", ..]:
        RootCommand root = new() { ReplayCommand.Replay(), ReplayCommand.Report() };
        return await root.Parse(args).InvokeAsync();
    default:
        BenchmarkSwitcher.FromAssembly(typeof(Program).Assembly).Run(args);
        return 0;
}

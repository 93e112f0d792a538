// Runs the benchmark classes of this assembly, or a report that compares us with other programs on this machine:
//   dotnet run -c Release                       choose a class
//   dotnet run -c Release -- --filter '*Nebula*'
//   dotnet run -c Release -- nebula-report      writes Results/nebula-report.md; needs openssl and eng/tools.sh's nebula
//   dotnet run -c Release -- gateway-report     writes Results/gateway-report.md
using BenchmarkDotNet.Running;
using HybridLlm.Benchmarks.Gateway;
using HybridLlm.Benchmarks.Nebula;

if (args is ["nebula-report"])
{
    await NebulaReport.WriteAsync();
    return;
}

if (args is ["gateway-report"])
{
    await GatewayReport.WriteAsync();
    return;
}

BenchmarkSwitcher.FromAssembly(typeof(Program).Assembly).Run(args);

#!/usr/bin/env dotnet
// nebula-cert 1.11 over HybridLlm.Nebula: the same modes, flags, files and exit codes, and a few modes more.
//   dotnet run nebula-cert.cs -- ca -name home
//   dotnet run nebula-cert.cs -- sign -name nas -networks 10.42.48.1/16
// docs/errors.md lists where it is stricter. Outside of this checkout, replace the project by #:package HybridLlm.Nebula@0.1.0.
#:project ../../src/HybridLlm.Nebula/HybridLlm.Nebula.csproj
#:include nebula-cert/*.cs
#:property PublishAot=false
using System.Net.Sockets;
using System.Reflection;
using HybridLlm.Nebula;
using NebulaCert;

Mode[] modes =
[
    CaMode.Mode,
    KeygenMode.Mode,
    SignMode.Mode,
    PrintMode.Mode,
    VerifyMode.Mode,
    RenewMode.Mode,
    RotateMode.Mode,
    LintMode.Mode,
    ExplainMode.Mode,
    ProbeMode.Mode,
];

try
{
    return await RunAsync();
}
catch (UsageException e)
{
    Console.Error.WriteLine($"Error: {e.Message}");
    Console.Error.Write(e.Help);
}
catch (Exception e)
    when (e is NebulaException or IOException or UnauthorizedAccessException or ArgumentException or SocketException)
{
    Console.Error.WriteLine($"Error: {e.Message}");
}

return 1;

async Task<int> RunAsync()
{
    switch (args)
    {
        case ["-h" or "--h" or "-help" or "--help", ..]:
            Console.Error.Write(Help());
            return 0;
        case ["-version" or "--version", ..]:
            Console.WriteLine($"Version: 1.11.0 (HybridLlm.Nebula {Version()})");
            return 0;
        case []:
            throw new UsageException("No mode was provided", Help());
    }

    var mode =
        Array.Find(modes, m => m.Name == args[0]) ?? throw new UsageException($"unknown mode: {args[0]}", Help());
    if (mode.Parse(args[1..]) is { } options)
    {
        return await mode.RunAsync(options);
    }

    Console.Error.Write(mode.Help);
    return 0;
}

static string? Version() =>
    typeof(NebulaException)
        .Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()
        ?.InformationalVersion.Split('+')[0];

string Help() =>
    $"""
        Usage of nebula-cert <global flags> <mode>:
          Global flags:
            -version: Prints the version
            -h, -help: Prints this help message

          Modes:
        {string.Join('\n', modes.Select(m => $"    {m.Name} <flags>: {m.Summary}"))}

          To see usage for a given mode, use nebula-cert <mode> -h

        """;

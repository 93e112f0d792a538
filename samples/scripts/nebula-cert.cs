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
    string[] switches = ["version", "h", "help"];
    var global = Options.Parse([.. switches.Select(s => new Flag(s, "", "false", FlagKind.Switch))], args)!;
    if (global.Switch("version"))
    {
        // Exactly what nebula-cert prints; -help tells the two apart.
        Console.WriteLine("Version: 1.11.0");
        return 0;
    }

    if (global.Switch("h") || global.Switch("help"))
    {
        Console.Error.Write(Help());
        return 0;
    }

    if (global.Rest.Count == 0)
    {
        throw new UsageException("No mode was provided", Help());
    }

    var name = global.Rest[0];
    var mode = Array.Find(modes, m => m.Name == name) ?? throw new UsageException($"unknown mode: {name}", Help());
    if (mode.Parse([.. global.Rest.Skip(1)]) is { } options)
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
          HybridLlm.Nebula {Version()}

        """;

using System.Diagnostics;

namespace HybridLlm.Nebula.Tests.Real;

/// <summary>Runs a real program to its end.</summary>
internal static class RealProgram
{
    public static Task<Answer> NebulaCertAsync(params string[] arguments) =>
        RunAsync(RealTools.Require("bin/nebula-cert"), [], arguments);

    public static Task<Answer> NebulaCertAsync(Dictionary<string, string> environment, params string[] arguments) =>
        RunAsync(RealTools.Require("bin/nebula-cert"), environment, arguments);

    /// <summary><c>nebula -test</c> on a configuration file.</summary>
    public static Task<Answer> NebulaTestAsync(string configPath) =>
        RunAsync(RealTools.Require("bin/nebula"), [], "-test", "-config", configPath);

    public static async Task<Answer> RunAsync(
        string program,
        Dictionary<string, string> environment,
        params string[] arguments
    )
    {
        ProcessStartInfo start = new(program, arguments)
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment["TZ"] = "UTC";
        foreach (var (name, value) in environment)
        {
            start.Environment[name] = value;
        }

        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        var errors = process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        return new Answer(process.ExitCode, await output, await errors);
    }

    public sealed record Answer(int Exit, string Output, string Errors)
    {
        public override string ToString() => $"exit {Exit}: {Output}{Errors}";
    }
}

using System.Diagnostics;
using HybridLlm.Nebula.Tests.Real;

namespace HybridLlm.Nebula.Tests.Scripts;

/// <summary>The sample script <c>nebula-cert.cs</c>, built once, and the real program beside it.</summary>
internal static class NebulaCertScript
{
    private static readonly Lazy<Task<string>> s_program = new(BuildAsync);

    /// <summary>Runs the script in a folder.</summary>
    public static async Task<RealProgram.Answer> OursAsync(Call call) => await RunAsync(await s_program.Value, call);

    /// <summary>Runs the real program in a folder.</summary>
    public static Task<RealProgram.Answer> TheirsAsync(Call call) =>
        RunAsync(RealTools.Require("bin/nebula-cert"), call);

    private static async Task<RealProgram.Answer> RunAsync(string program, Call call)
    {
        ProcessStartInfo start = new(program, call.Arguments)
        {
            WorkingDirectory = call.Folder,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment["TZ"] = call.Zone;
        start.Environment["NEBULA_CA_PASSPHRASE"] = call.Passphrase;
        using var process = Process.Start(start)!;
        await process.StandardInput.WriteAsync(call.Input);
        process.StandardInput.Close();
        var output = process.StandardOutput.ReadToEndAsync(TestMesh.Token);
        var errors = process.StandardError.ReadToEndAsync(TestMesh.Token);
        await process.WaitForExitAsync(TestMesh.Token);
        return new RealProgram.Answer(process.ExitCode, await output, await errors);
    }

    // Beside the other outputs of the same configuration, so that the package is not compiled again.
    private static async Task<string> BuildAsync()
    {
        var configuration = Path.GetFileName(AppContext.BaseDirectory.TrimEnd(Path.DirectorySeparatorChar));
        var output = Repository.PathOf("artifacts", "bin", "nebula-cert.cs", configuration);
        await Command.RunAsync(
            RealTools.RequireOnPath("dotnet"),
            "build",
            Repository.PathOf("samples", "scripts", "nebula-cert.cs"),
            "--configuration",
            configuration,
            "--output",
            output,
            "--disable-build-servers",
            "--nologo"
        );
        return Path.Combine(output, "nebula-cert");
    }

    public sealed record Call(string Folder, params string[] Arguments)
    {
        public string Input { get; init; } = "";

        public string Passphrase { get; init; } = "";

        public string Zone { get; init; } = "UTC";
    }
}

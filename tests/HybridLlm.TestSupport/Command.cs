using System.Diagnostics;
using Xunit;

namespace HybridLlm.TestSupport;

/// <summary>Runs a real program to its end.</summary>
public static class Command
{
    /// <summary>Runs it, and fails the test unless it exits with 0.</summary>
    /// <returns>Its standard output.</returns>
    public static async Task<string> RunAsync(string program, params string[] arguments)
    {
        var result = await TryAsync(program, arguments);
        Assert.True(
            result.ExitCode == 0,
            $"{Path.GetFileName(program)} {string.Join(' ', arguments)} exited with {result.ExitCode}:\n{result.Output}{result.Error}"
        );
        return result.Output;
    }

    /// <summary>Runs it and returns however it ended.</summary>
    public static Task<CommandResult> TryAsync(string program, params string[] arguments) =>
        TryAsync(new ProcessStartInfo(program, arguments));

    /// <summary>Runs it with an environment and working folder of its own.</summary>
    public static async Task<CommandResult> TryAsync(ProcessStartInfo start)
    {
        start.RedirectStandardOutput = true;
        start.RedirectStandardError = true;
        start.RedirectStandardInput = true;
        using var process =
            Process.Start(start) ?? throw new InvalidOperationException($"{start.FileName} did not start.");
        process.StandardInput.Close();
        var cancellation = TestContext.Current.CancellationToken;
        try
        {
            var output = process.StandardOutput.ReadToEndAsync(cancellation);
            var error = process.StandardError.ReadToEndAsync(cancellation);
            await process.WaitForExitAsync(cancellation);
            return new CommandResult(process.ExitCode, await output, await error);
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            throw;
        }
    }
}

/// <summary>How a program ended.</summary>
/// <param name="ExitCode">Its exit code.</param>
/// <param name="Output">Its standard output.</param>
/// <param name="Error">Its standard error.</param>
public sealed record CommandResult(int ExitCode, string Output, string Error);

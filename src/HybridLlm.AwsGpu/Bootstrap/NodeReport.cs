using System.Text;

namespace HybridLlm.AwsGpu.Bootstrap;

/// <summary>How a node's boot ended, in its own words. Good for showing and for giving up early, not for trusting.</summary>
/// <param name="Succeeded">Whether it says that everything is started.</param>
/// <param name="Words">What it says, at most 400 printable characters.</param>
public sealed record NodeReport(bool Succeeded, string Words)
{
    /// <summary>Most bytes a report may have.</summary>
    public const int MaxBytes = 4096;

    private const string Version = "hybridllm-report-1";
    private const int MaxCharacters = 400;

    internal static NodeReport Malformed { get; } = new(false, "something that is no report");

    /// <summary>Writes a report; what the node's script does.</summary>
    /// <param name="succeeded">Whether everything is started.</param>
    /// <param name="words">One line.</param>
    public static byte[] Write(bool succeeded, string words) =>
        Encoding.UTF8.GetBytes($"{Version}\n{(succeeded ? "ok" : "failed")} {words}\n");

    internal static NodeReport Parse(ReadOnlySpan<byte> bytes)
    {
        var lines = Encoding.UTF8.GetString(bytes).Split('\n');
        return lines is [Version, var line, ..] && line.Split(' ', 2) is [("ok" or "failed") and var status, var words]
            ? new NodeReport(status == "ok", new string([.. words.Where(c => !char.IsControl(c)).Take(MaxCharacters)]))
            : Malformed;
    }
}

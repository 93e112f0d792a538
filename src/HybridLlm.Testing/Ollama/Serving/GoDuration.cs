using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace HybridLlm.Testing.Ollama;

/// <summary><c>keep_alive</c>: seconds, or a Go duration such as <c>1h30m</c>; negative is for ever.</summary>
internal static partial class GoDuration
{
    public static TimeSpan? Parse(JsonElement? value) =>
        value switch
        {
            null => null,
            { ValueKind: JsonValueKind.Number } number => Bounded(number.GetDouble()),
            { ValueKind: JsonValueKind.String } text => Parse(text.GetString()!),
            _ => throw new ReplyException(400, "time: invalid duration"),
        };

    private static TimeSpan Parse(string text)
    {
        if (text == "0")
        {
            return TimeSpan.Zero;
        }

        var match = Duration().Match(text);
        if (!match.Success)
        {
            throw new ReplyException(400, $"time: invalid duration \"{text}\"");
        }

        var numbers = match.Groups["number"].Captures;
        var units = match.Groups["unit"].Captures;
        var seconds = numbers
            .Zip(units)
            .Sum(p => double.Parse(p.First.Value, CultureInfo.InvariantCulture) * Seconds(p.Second.Value));
        return Bounded(match.Groups["sign"].Value == "-" ? -seconds : seconds);
    }

    private static TimeSpan Bounded(double seconds) =>
        seconds < 0 ? Timeout.InfiniteTimeSpan : TimeSpan.FromSeconds(seconds);

    private static double Seconds(string unit) =>
        unit switch
        {
            "h" => 3600,
            "m" => 60,
            "s" => 1,
            "ms" => 1e-3,
            "us" or "µs" => 1e-6,
            _ => 1e-9,
        };

    [GeneratedRegex(@"^(?<sign>[+-]?)((?<number>\d+(\.\d*)?|\.\d+)(?<unit>h|ms|m|s|us|µs|ns))+$")]
    private static partial Regex Duration();
}

using System.Globalization;
using System.Text.RegularExpressions;

namespace NebulaCert;

/// <summary>Values of flags as Go programs write them; null for what is none.</summary>
internal static partial class GoValue
{
    public static bool? Switch(string text) =>
        text switch
        {
            "1" or "t" or "T" or "true" or "TRUE" or "True" => true,
            "0" or "f" or "F" or "false" or "FALSE" or "False" => false,
            _ => null,
        };

    public static int? Number(string text) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;

    public static double? Fraction(string text) =>
        double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) ? number : null;

    /// <summary><c>8760h</c>, <c>1h30m</c>, <c>-1.5s</c>; a bare number only when it is 0. At most Go's 292 years.</summary>
    public static TimeSpan? Duration(string text)
    {
        if (text is "0" or "")
        {
            return TimeSpan.Zero;
        }

        var match = DurationText().Match(text);
        if (!match.Success)
        {
            return null;
        }

        var nanoseconds = match
            .Groups["part"]
            .Captures.Zip(match.Groups["unit"].Captures)
            .Sum(p => double.Parse(p.First.Value, CultureInfo.InvariantCulture) * Nanoseconds(p.Second.Value));
        return nanoseconds > long.MaxValue
            ? null
            : TimeSpan.FromTicks((long)(nanoseconds / 100)) * (text[0] == '-' ? -1 : 1);
    }

    private static double Nanoseconds(string unit) =>
        unit switch
        {
            "h" => 3600e9,
            "m" => 60e9,
            "s" => 1e9,
            "ms" => 1e6,
            "ns" => 1,
            _ => 1e3,
        };

    [GeneratedRegex(@"^[+-]?((?<part>[0-9]+(\.[0-9]*)?|\.[0-9]+)(?<unit>h|ms|m|s|us|µs|μs|ns))+$")]
    private static partial Regex DurationText();
}

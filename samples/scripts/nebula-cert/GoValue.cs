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

    /// <summary>Digits, perhaps in groups (<c>1_000</c>); <c>0x</c>, <c>0o</c> or <c>0</c>, and <c>0b</c> before others than tens.</summary>
    public static ulong? Number(string text)
    {
        if (!NumberText().IsMatch(text))
        {
            return null;
        }

        var (digits, radix) = text.Replace("_", "", StringComparison.Ordinal).ToLowerInvariant() switch
        {
            ['0', 'x', .. var rest] => (rest, 16u),
            ['0', 'o', .. var rest] => (rest, 8u),
            ['0', 'b', .. var rest] => (rest, 2u),
            ['0', _, ..] octal => (octal[1..], 8u),
            var all => (all, 10u),
        };
        UInt128 number = 0;
        foreach (var digit in digits.Select(c => (uint)Convert.ToInt32(c.ToString(), 16)))
        {
            number = (number * radix) + digit;
            if (digit >= radix || number > ulong.MaxValue)
            {
                return null;
            }
        }

        return (ulong)number;
    }

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

        var nanoseconds = 0m;
        foreach (var (part, unit) in match.Groups["part"].Captures.Zip(match.Groups["unit"].Captures))
        {
            if (!decimal.TryParse(part.Value, CultureInfo.InvariantCulture, out var number) || number > long.MaxValue)
            {
                return null;
            }

            nanoseconds += Math.Floor(number * Nanoseconds(unit.Value));
        }

        // A tick has 100 nanoseconds; what is shorter is not nothing.
        return nanoseconds > long.MaxValue
            ? null
            : TimeSpan.FromTicks((long)Math.Ceiling(nanoseconds / 100)) * (text[0] == '-' ? -1 : 1);
    }

    private static decimal Nanoseconds(string unit) =>
        unit switch
        {
            "h" => 3_600_000_000_000,
            "m" => 60_000_000_000,
            "s" => 1_000_000_000,
            "ms" => 1_000_000,
            "ns" => 1,
            _ => 1_000,
        };

    [GeneratedRegex("^(0[xX](_?[0-9a-fA-F])+|0[bBoO](_?[0-9])+|[0-9](_?[0-9])*)$")]
    private static partial Regex NumberText();

    [GeneratedRegex(@"^[+-]?((?<part>[0-9]+(\.[0-9]*)?|\.[0-9]+)(?<unit>h|ms|m|s|us|µs|μs|ns))+$")]
    private static partial Regex DurationText();
}

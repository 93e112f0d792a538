using System.Globalization;
using System.Text.RegularExpressions;

namespace HybridLlm.Nebula.Configuration.Rules;

/// <summary>
/// Whether Go's <c>regexp</c> reads a pattern. It works without backtracking, so .NET's engine of that kind refuses the same things:
/// look-around, back references, atomic groups.
/// </summary>
internal static partial class InterfacePattern
{
    private const int MaxRepeats = 1000;

    public static bool IsReadable(string pattern)
    {
        if (Repeats().Matches(pattern).Any(m => IsTooMany(m.Groups[1].Value) || IsTooMany(m.Groups[2].Value)))
        {
            return false;
        }

        try
        {
            // Two spellings that only Go has.
            var here = OneLetterClass().Replace(pattern.Replace("(?P<", "(?<", StringComparison.Ordinal), "$1{$2}");
            _ = new Regex(here, RegexOptions.NonBacktracking, TimeSpan.FromSeconds(1));
            return true;
        }
        catch (Exception e) when (e is ArgumentException or NotSupportedException)
        {
            return false;
        }
    }

    private static bool IsTooMany(string repeats) =>
        repeats.Length > 4
        || (int.TryParse(repeats, CultureInfo.InvariantCulture, out var number) && number > MaxRepeats);

    [GeneratedRegex(@"(?<!\\)\{([0-9]+)(?:,([0-9]*))?\}")]
    private static partial Regex Repeats();

    [GeneratedRegex(@"(\\[pP])([A-Z])(?![a-z]*\})")]
    private static partial Regex OneLetterClass();
}

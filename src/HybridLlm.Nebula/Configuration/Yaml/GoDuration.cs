using System.Globalization;
using System.Text;

namespace HybridLlm.Nebula.Configuration.Yaml;

/// <summary>Durations as Go writes them: <c>1h30m</c>, <c>250ms</c>. A bare number is none, except 0.</summary>
internal static class GoDuration
{
    private static readonly (string Unit, decimal Ticks)[] s_units =
    [
        ("h", TimeSpan.TicksPerHour),
        ("m", TimeSpan.TicksPerMinute),
        ("s", TimeSpan.TicksPerSecond),
        ("ms", TimeSpan.TicksPerMillisecond),
        ("us", TimeSpan.TicksPerMicrosecond),
        ("µs", TimeSpan.TicksPerMicrosecond),
        ("μs", TimeSpan.TicksPerMicrosecond),
        ("ns", 0.01m),
    ];

    public static bool TryParse(string text, out TimeSpan duration)
    {
        duration = default;
        var rest = text.AsSpan().TrimStart("+-");
        if (rest.IsEmpty || text.Length - rest.Length > 1)
        {
            return false;
        }

        var ticks = 0m;
        while (rest is not ("" or "0"))
        {
            var digits = rest[..Count(rest, c => char.IsAsciiDigit(c) || c == '.')];
            rest = rest[digits.Length..];
            var unit = rest[..Count(rest, c => !char.IsAsciiDigit(c) && c != '.')];
            rest = rest[unit.Length..];
            var factor = Factor(unit);
            if (
                factor == 0
                || !decimal.TryParse(
                    digits,
                    NumberStyles.AllowDecimalPoint,
                    CultureInfo.InvariantCulture,
                    out var number
                )
            )
            {
                return false;
            }

            ticks += number * factor;
            if (ticks > TimeSpan.MaxValue.Ticks)
            {
                return false;
            }
        }

        duration = TimeSpan.FromTicks((long)ticks) * (text[0] == '-' ? -1 : 1);
        return true;
    }

    public static string Format(TimeSpan duration)
    {
        if (duration == TimeSpan.Zero)
        {
            return "0s";
        }

        StringBuilder text = new(duration < TimeSpan.Zero ? "-" : "");
        var ticks = Math.Abs((decimal)duration.Ticks);
        foreach (var (unit, size) in s_units)
        {
            var count = Math.Floor(ticks / size);
            if (count > 0)
            {
                text.Append(CultureInfo.InvariantCulture, $"{count:0}{unit}");
                ticks -= count * size;
            }
        }

        return text.ToString();
    }

    private static int Count(ReadOnlySpan<char> text, Func<char, bool> matches)
    {
        var count = 0;
        while (count < text.Length && matches(text[count]))
        {
            count++;
        }

        return count;
    }

    private static decimal Factor(ReadOnlySpan<char> unit)
    {
        foreach (var (name, ticks) in s_units)
        {
            if (unit.SequenceEqual(name))
            {
                return ticks;
            }
        }

        return 0;
    }
}

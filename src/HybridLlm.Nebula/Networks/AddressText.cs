using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace HybridLlm.Nebula.Networks;

/// <summary>
/// Addresses in text exactly as nebula (Go's <c>netip</c>) reads and prints them. .NET's own parser takes <c>10.1</c>, <c>010.0.0.1</c>
/// and <c>[::1]</c>, and its printer writes some IPv6 addresses with an IPv4 tail.
/// </summary>
internal static class AddressText
{
    public static bool TryParse(string text, out IPAddress address)
    {
        address = IPAddress.None;
        var wellFormed = text.Contains(':', StringComparison.Ordinal) ? LooksLikeIPv6(text) : IsIPv4(text);
        if (!wellFormed || !IPAddress.TryParse(text, out var parsed))
        {
            return false;
        }

        address = parsed;
        return true;
    }

    public static string Format(IPAddress address) =>
        address.AddressFamily == AddressFamily.InterNetwork ? address.ToString()
        : address.IsIPv4MappedToIPv6 ? $"::ffff:{address.MapToIPv4()}"
        : FormatIPv6(address);

    private static bool IsIPv4(string text)
    {
        var parts = text.Split('.');
        return parts.Length == 4 && parts.All(IsOctet);
    }

    private static bool IsOctet(string part) =>
        part.Length is >= 1 and <= 3
        && part.All(char.IsAsciiDigit)
        && (part.Length == 1 || part[0] != '0')
        && int.Parse(part, CultureInfo.InvariantCulture) <= 255;

    private static bool LooksLikeIPv6(string text)
    {
        var tail = text[(text.LastIndexOf(':') + 1)..];
        return text.All(c => char.IsAsciiHexDigit(c) || c is ':' or '.')
            && (!tail.Contains('.', StringComparison.Ordinal) || IsIPv4(tail));
    }

    // RFC 5952: lower case, the longest run of two or more zero groups becomes "::", the first of equal runs.
    private static string FormatIPv6(IPAddress address)
    {
        var bytes = address.GetAddressBytes();
        var groups = Enumerable.Range(0, 8).Select(i => (bytes[2 * i] << 8) | bytes[(2 * i) + 1]).ToArray();
        var (start, length) = LongestZeroRun(groups);

        StringBuilder text = new(39);
        for (var i = 0; i < 8; i++)
        {
            if (i == start)
            {
                text.Append("::");
                i += length - 1;
                continue;
            }

            if (i > 0 && i != start + length)
            {
                text.Append(':');
            }

            text.Append(groups[i].ToString("x", CultureInfo.InvariantCulture));
        }

        return text.ToString();
    }

    private static (int Start, int Length) LongestZeroRun(int[] groups)
    {
        var best = (Start: -1, Length: 0);
        for (var i = 0; i < groups.Length; i++)
        {
            var end = i;
            while (end < groups.Length && groups[end] == 0)
            {
                end++;
            }

            if (end - i >= 2 && end - i > best.Length)
            {
                best = (i, end - i);
            }
        }

        return best;
    }
}

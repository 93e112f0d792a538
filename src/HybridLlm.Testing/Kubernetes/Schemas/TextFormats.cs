using System.Buffers.Text;
using System.Globalization;
using System.Net;

namespace HybridLlm.Testing.Kubernetes.Schemas;

/// <summary>The string formats schemas ask for; a format the server does not know allows everything.</summary>
internal static class TextFormats
{
    public static bool Allows(string format, string text) =>
        format switch
        {
            "byte" => Base64.IsValid(text),
            "cidr" => IPNetwork.TryParse(text, out _) || IsHostInNetwork(text),
            "ipv4" => IPAddress.TryParse(text, out var ip)
                && ip.GetAddressBytes().Length == 4
                && text.AsSpan().Count('.') == 3,
            "date-time" => DateTimeOffset.TryParse(
                text,
                CultureInfo.InvariantCulture,
                DateTimeStyles.AssumeUniversal,
                out _
            ) && text.Contains('T', StringComparison.Ordinal),
            _ => true,
        };

    /// <summary>Go accepts a network written with host bits; .NET does not.</summary>
    private static bool IsHostInNetwork(string text) =>
        text.Split('/') is [var address, var bits]
        && IPAddress.TryParse(address, out var ip)
        && int.TryParse(bits, NumberStyles.None, CultureInfo.InvariantCulture, out var length)
        && length <= ip.GetAddressBytes().Length * 8;
}

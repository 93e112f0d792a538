using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace HybridLlm.Nebula.Configuration;

/// <summary>A host and a UDP port outside the mesh.</summary>
/// <param name="Host">IPv4 or IPv6 address, or a name; no brackets.</param>
/// <param name="Port">0..65535; 0 stands for the listening port where nebula allows it.</param>
public readonly record struct NebulaEndpoint(string Host, int Port)
{
    /// <summary>Reads <c>host:port</c> or <c>[ipv6]:port</c>.</summary>
    /// <exception cref="NebulaFormatException">The text is nothing of the kind.</exception>
    public static NebulaEndpoint Parse(string text) =>
        TryParse(text, out var endpoint)
            ? endpoint
            : throw new NebulaFormatException(
                "endpoint-malformed",
                $"'{text}' is not a host and a port.",
                "Write it as 203.0.113.7:4242 or [2001:db8::7]:4242."
            );

    /// <summary>Reads <c>host:port</c> or <c>[ipv6]:port</c>.</summary>
    public static bool TryParse([NotNullWhen(true)] string? text, out NebulaEndpoint endpoint)
    {
        endpoint = default;
        var colon = text?.LastIndexOf(':') ?? -1;
        if (
            colon < 1
            || !ushort.TryParse(text.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var port)
        )
        {
            return false;
        }

        var host = text![..colon];
        var bracketed = host.StartsWith('[') && host.EndsWith(']');
        if (bracketed != host.Contains(':', StringComparison.Ordinal))
        {
            return false;
        }

        endpoint = new NebulaEndpoint(bracketed ? host[1..^1] : host, port);
        return true;
    }

    /// <summary><c>host:port</c>, an IPv6 address in brackets.</summary>
    public override string ToString() =>
        Host.Contains(':', StringComparison.Ordinal)
            ? string.Create(CultureInfo.InvariantCulture, $"[{Host}]:{Port}")
            : string.Create(CultureInfo.InvariantCulture, $"{Host}:{Port}");
}

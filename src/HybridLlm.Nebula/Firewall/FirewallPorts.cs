using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace HybridLlm.Nebula.Firewall;

/// <summary>
/// Ports of a rule: any, one, a range, or fragments. Nebula takes 0 for "any", and a range that begins with 0 too.
/// </summary>
public readonly record struct FirewallPorts
{
    private const int FragmentPort = -1;

    private FirewallPorts(int first, int last)
    {
        First = first;
        Last = last;
    }

    /// <summary>Any port; the default.</summary>
    public static FirewallPorts Any { get; }

    /// <summary>Fragments after the first, which carry no ports.</summary>
    public static FirewallPorts Fragments { get; } = new(FragmentPort, FragmentPort);

    /// <summary>First port, 1..65535; 0 for any.</summary>
    public int First { get; }

    /// <summary>Last port, itself included.</summary>
    public int Last { get; }

    /// <summary>Whether this is any port.</summary>
    public bool IsAny => First == 0;

    /// <summary>Whether this is <see cref="Fragments"/>.</summary>
    public bool IsFragments => First == FragmentPort;

    /// <summary>One port, or a range.</summary>
    /// <param name="first">1..65535.</param>
    /// <param name="last">At least <paramref name="first"/>; null for one port.</param>
    /// <exception cref="ArgumentOutOfRangeException">The ports are none.</exception>
    public static FirewallPorts Of(int first, int? last = null)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(first, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(last ?? first, first, nameof(last));
        ArgumentOutOfRangeException.ThrowIfGreaterThan(last ?? first, 65535, nameof(last));
        return new FirewallPorts(first, last ?? first);
    }

    /// <summary>Reads <c>any</c>, <c>443</c>, <c>8000-8100</c> or <c>fragment</c>.</summary>
    public static bool TryParse([NotNullWhen(true)] string? text, out FirewallPorts ports)
    {
        ports = text == "fragment" ? Fragments : Any;
        if (text is "any" or "fragment")
        {
            return true;
        }

        var parts = text?.Split('-', 2) ?? [];
        if (!TryParsePort(parts.FirstOrDefault(), out var first) || !TryParsePort(parts.LastOrDefault(), out var last))
        {
            return false;
        }

        ports = first == 0 ? Any : new FirewallPorts(first, last);
        return first == 0 || first <= last;
    }

    /// <summary>Whether a rule with these ports is about a packet to <paramref name="port"/>.</summary>
    /// <param name="port">Port on the side that is asked for, 0..65535.</param>
    /// <param name="isFragment">Whether the packet is a fragment after the first.</param>
    public bool Match(int port, bool isFragment) => IsAny || (isFragment ? IsFragments : First <= port && port <= Last);

    /// <summary>As in the configuration.</summary>
    public override string ToString() =>
        IsAny ? "any"
        : IsFragments ? "fragment"
        : First == Last ? First.ToString(CultureInfo.InvariantCulture)
        : string.Create(CultureInfo.InvariantCulture, $"{First}-{Last}");

    private static bool TryParsePort(string? text, out ushort port) =>
        ushort.TryParse(text?.Trim(' '), NumberStyles.None, CultureInfo.InvariantCulture, out port);
}

using System.Diagnostics.CodeAnalysis;
using System.Net;
using HybridLlm.Nebula.Networks;

namespace HybridLlm.Nebula.Firewall;

/// <summary>The address range of a rule's <c>cidr</c> or <c>local_cidr</c>: a prefix, or any address of either family.</summary>
public readonly record struct FirewallRange
{
    private FirewallRange(NebulaPrefix? prefix) => Prefix = prefix;

    /// <summary>Any address; the default.</summary>
    public static FirewallRange Any { get; }

    /// <summary>The range; null for any address.</summary>
    public NebulaPrefix? Prefix { get; }

    /// <summary>Whether this is any address.</summary>
    public bool IsAny => Prefix is null;

    /// <summary>The addresses of a network.</summary>
    public static FirewallRange Of(NebulaPrefix prefix) => new(prefix);

    /// <summary>Reads <c>any</c> or <c>address/length</c>.</summary>
    public static bool TryParse([NotNullWhen(true)] string? text, out FirewallRange range)
    {
        var isPrefix = NebulaPrefix.TryParse(text, out var prefix);
        range = isPrefix ? new FirewallRange(prefix) : Any;
        return isPrefix || text == "any";
    }

    /// <summary>Whether <paramref name="address"/> lies in the range.</summary>
    public bool Contains(IPAddress address) => Prefix is not { } prefix || prefix.Contains(address);

    /// <summary>As in the configuration.</summary>
    public override string ToString() => Prefix?.ToString() ?? "any";
}

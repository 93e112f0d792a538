using System.Net;
using System.Text.Json.Nodes;
using HybridLlm.Testing.Kubernetes.Objects;

namespace HybridLlm.Testing.Liqo.Networking;

/// <summary>Finds a range for a peer's network: its own one when that is free here, else another one of the same size.</summary>
internal static class Ipam
{
    // The chart's ipam.pools.
    private static readonly IPNetwork[] s_pools =
    [
        IPNetwork.Parse("10.0.0.0/8"),
        IPNetwork.Parse("192.168.0.0/16"),
        IPNetwork.Parse("172.16.0.0/12"),
    ];

    /// <summary>The range to use for a wanted one; null when there is none left.</summary>
    public static string? Allocate(string wanted, IEnumerable<JsonObject> networks)
    {
        var used = networks.Select(n => n.TextAt("status", "cidr")).OfType<string>().Select(IPNetwork.Parse).ToList();
        var own = IPNetwork.Parse(wanted);
        return Candidates(own).FirstOrDefault(c => !used.Any(u => Overlap(u, c))) is { PrefixLength: > 0 } free
            ? free.ToString()
            : null;
    }

    /// <summary>An address of one range at the same place in another one of the same size.</summary>
    public static IPAddress Move(IPAddress address, IPNetwork from, IPNetwork to) =>
        Address(Number(to.BaseAddress) + (Number(address) - Number(from.BaseAddress)));

    /// <summary>The n-th address of a range.</summary>
    public static IPAddress Nth(IPNetwork range, uint n) => Address(Number(range.BaseAddress) + n);

    private static IEnumerable<IPNetwork> Candidates(IPNetwork own)
    {
        yield return own;
        var size = 1ul << (32 - own.PrefixLength);
        foreach (var pool in s_pools)
        {
            var (first, length) = ((ulong)Number(pool.BaseAddress), 1ul << (32 - pool.PrefixLength));
            for (var at = first; at + size <= first + length; at += size)
            {
                yield return new IPNetwork(Address((uint)at), own.PrefixLength);
            }
        }
    }

    private static bool Overlap(IPNetwork a, IPNetwork b) => a.Contains(b.BaseAddress) || b.Contains(a.BaseAddress);

    private static uint Number(IPAddress address)
    {
        var b = address.GetAddressBytes();
        return ((uint)b[0] << 24) | ((uint)b[1] << 16) | ((uint)b[2] << 8) | b[3];
    }

    private static IPAddress Address(uint n) => new([(byte)(n >> 24), (byte)(n >> 16), (byte)(n >> 8), (byte)n]);
}

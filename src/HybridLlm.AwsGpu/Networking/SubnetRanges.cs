using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;

namespace HybridLlm.AwsGpu.Networking;

/// <summary>Cuts a VPC's range into 16 equal blocks, one for each zone that may ever want one.</summary>
internal static class SubnetRanges
{
    /// <summary>Blocks a VPC is cut into; no region has as many zones.</summary>
    public const int Count = 16;

    private const int BlockBits = 4;

    private static readonly IPNetwork[] s_private =
    [
        IPNetwork.Parse("10.0.0.0/8"),
        IPNetwork.Parse("172.16.0.0/12"),
        IPNetwork.Parse("192.168.0.0/16"),
        IPNetwork.Parse("100.64.0.0/10"),
    ];

    /// <summary>The range; null unless it is private IPv4 from /16 to /24, written with its first address.</summary>
    public static IPNetwork? Parse(string cidr) =>
        IPNetwork.TryParse(cidr, out var network)
        && network.ToString() == cidr
        && network.BaseAddress.AddressFamily == AddressFamily.InterNetwork
        && network.PrefixLength is >= 16 and <= 24
        && s_private.Any(p => p.Contains(network.BaseAddress))
            ? network
            : null;

    /// <summary>Blocks of <paramref name="vpc"/> that overlap none of <paramref name="taken"/>, ascending.</summary>
    public static IEnumerable<string> Free(IPNetwork vpc, IReadOnlyCollection<IPNetwork> taken)
    {
        var prefix = vpc.PrefixLength + BlockBits;
        var first = ToNumber(vpc.BaseAddress);
        return Enumerable
            .Range(0, Count)
            .Select(block => new IPNetwork(ToAddress(first + ((uint)block << (32 - prefix))), prefix))
            .Where(block => !taken.Any(t => t.Contains(block.BaseAddress) || block.Contains(t.BaseAddress)))
            .Select(block => block.ToString());
    }

    /// <summary>The /64 of a VPC's /56 for a subnet, by the place of its IPv4 range in the VPC's, so that no two are given the same.</summary>
    /// <param name="vpc">IPv4 range of the VPC.</param>
    /// <param name="subnet">IPv4 range of the subnet.</param>
    /// <param name="block">IPv6 range of the VPC, a /56.</param>
    public static string Ipv6RangeOf(IPNetwork vpc, IPNetwork subnet, IPNetwork block)
    {
        var place = (ToNumber(subnet.BaseAddress) - ToNumber(vpc.BaseAddress)) >> (32 - vpc.PrefixLength - BlockBits);
        var bytes = block.BaseAddress.GetAddressBytes();
        bytes[7] |= (byte)place;
        return new IPNetwork(new IPAddress(bytes), 64).ToString();
    }

    private static uint ToNumber(IPAddress address) => BinaryPrimitives.ReadUInt32BigEndian(address.GetAddressBytes());

    private static IPAddress ToAddress(uint number)
    {
        Span<byte> bytes = stackalloc byte[4];
        BinaryPrimitives.WriteUInt32BigEndian(bytes, number);
        return new IPAddress(bytes);
    }
}

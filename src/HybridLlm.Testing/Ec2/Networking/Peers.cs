using System.Net;
using System.Net.Sockets;
using HybridLlm.Testing.Ec2.Protocol;

namespace HybridLlm.Testing.Ec2.Networking;

/// <summary>The other side of a security group rule: addresses, a prefix list or a group.</summary>
internal static class Peers
{
    public static bool IsGroup(string peer) => peer.StartsWith("sg-", StringComparison.Ordinal);

    public static bool IsPrefixList(string peer) => peer.StartsWith("pl-", StringComparison.Ordinal);

    public static bool IsIpv6(string peer) => peer.Contains(':', StringComparison.Ordinal);

    public static bool IsIpv4(string peer) => !IsGroup(peer) && !IsPrefixList(peer) && !IsIpv6(peer);

    public static string ReadIpv4(string text) => VpcActions.ReadBlock(text, "cidrIp").ToString();

    public static string ReadIpv6(string text)
    {
        var parts = text.Split('/');
        return
            parts.Length == 2
            && IPAddress.TryParse(parts[0], out var a)
            && a.AddressFamily == AddressFamily.InterNetworkV6
            ? $"{a}/{parts[1]}"
            : throw ServiceError.Invalid("cidrIpv6", text, "is invalid. This is not a valid CIDR block.");
    }
}

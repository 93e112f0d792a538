using System.Net;
using System.Net.Sockets;

namespace HybridLlm.Testing.Ec2.Networking;

/// <summary>An IPv6 range.</summary>
/// <param name="Network">Its first address and prefix length.</param>
internal sealed record Ipv6Block(IPNetwork Network)
{
    public static Ipv6Block? TryParse(string text) =>
        IPNetwork.TryParse(text, out var network) && network.BaseAddress.AddressFamily == AddressFamily.InterNetworkV6
            ? new Ipv6Block(network)
            : null;

    public bool Contains(Ipv6Block other) =>
        other.Network.PrefixLength >= Network.PrefixLength && Network.Contains(other.Network.BaseAddress);

    /// <summary>The address so many places after the first, up to 65,535.</summary>
    public string AddressAt(int offset)
    {
        var bytes = Network.BaseAddress.GetAddressBytes();
        bytes[14] = (byte)(offset >> 8);
        bytes[15] = (byte)offset;
        return new IPAddress(bytes).ToString();
    }

    public override string ToString() => Network.ToString();
}

using System.Buffers.Binary;
using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace HybridLlm.Testing.Ec2.Networking;

/// <summary>An IPv4 CIDR block, host bits cleared as EC2 clears them.</summary>
/// <param name="First">First address, as a number.</param>
/// <param name="Prefix">Prefix length, 0 to 32.</param>
internal readonly record struct Ipv4Block(uint First, int Prefix)
{
    public static Ipv4Block Everything => new(0, 0);

    public long Size => 1L << (32 - Prefix);

    public static Ipv4Block? TryParse(string text)
    {
        var parts = text.Split('/');
        if (
            parts.Length != 2
            || !IPAddress.TryParse(parts[0], out var address)
            || address.AddressFamily != AddressFamily.InterNetwork
            || !int.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out var prefix)
            || prefix > 32
        )
        {
            return null;
        }

        var number = BinaryPrimitives.ReadUInt32BigEndian(address.GetAddressBytes());
        return new Ipv4Block(prefix == 0 ? 0 : number & (uint.MaxValue << (32 - prefix)), prefix);
    }

    public bool Contains(Ipv4Block other) =>
        other.Prefix >= Prefix && other.First >= First && other.First < First + Size;

    public bool Overlaps(Ipv4Block other) => Contains(other) || other.Contains(this);

    /// <summary>The address so many places after the first.</summary>
    public string AddressAt(long offset)
    {
        var bytes = new byte[4];
        BinaryPrimitives.WriteUInt32BigEndian(bytes, (uint)(First + offset));
        return new IPAddress(bytes).ToString();
    }

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{AddressAt(0)}/{Prefix}");
}

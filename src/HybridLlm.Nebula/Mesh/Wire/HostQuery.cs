using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using HybridLlm.Nebula.Certificates;
using HybridLlm.Nebula.Encoding;

namespace HybridLlm.Nebula.Mesh.Wire;

/// <summary>
/// The question "where is this host?" and its answer (nebula's <c>NebulaMeta</c> message). A lighthouse answers in the style of the
/// question; for a host it does not know it says nothing at all.
/// </summary>
internal static class HostQuery
{
    private const ulong Query = 1;
    private const ulong Reply = 2;

    // IPv4 in the new style is ::ffff:a.b.c.d.
    private const ulong MappedPrefix = 0xFFFF_0000_0000;

    public static byte[] Write(IPAddress host, CertificateVersion own) =>
        new ProtobufWriter().Varint(1, Query).Message(2, Address(host, own)).ToArray();

    /// <summary>The host an answer is about and where it is; null when the message is something else.</summary>
    public static (IPAddress Host, IReadOnlyList<IPEndPoint> Endpoints)? Parse(ReadOnlySpan<byte> message)
    {
        ulong type = 0;
        ReadOnlySpan<byte> details = [];
        for (var reader = new ProtobufReader(message); reader.Next(); )
        {
            switch (reader.Field)
            {
                case (1, ProtobufWire.Varint):
                    type = reader.Varint;
                    break;
                case (2, ProtobufWire.Bytes):
                    details = reader.Bytes;
                    break;
            }
        }

        return type == Reply ? ParseDetails(details) : null;
    }

    private static (IPAddress, IReadOnlyList<IPEndPoint>) ParseDetails(ReadOnlySpan<byte> details)
    {
        var host = IPAddress.Any;
        List<IPEndPoint> endpoints = [];
        for (var reader = new ProtobufReader(details); reader.Next(); )
        {
            switch (reader.Field)
            {
                case (1, ProtobufWire.Varint):
                    host = FromV4((uint)reader.Varint);
                    break;
                case (2, ProtobufWire.Bytes):
                    var v4 = Numbers(reader.Bytes);
                    endpoints.Add(new IPEndPoint(FromV4((uint)v4[1]), (ushort)v4[2]));
                    break;
                case (4, ProtobufWire.Bytes):
                    var v6 = Numbers(reader.Bytes);
                    endpoints.Add(new IPEndPoint(FromV6(v6[1], v6[2]), (ushort)v6[3]));
                    break;
                case (6, ProtobufWire.Bytes):
                    var address = Numbers(reader.Bytes);
                    host = FromV6(address[1], address[2]);
                    break;
            }
        }

        // Learned and reported addresses are listed one after the other, with repeats.
        return (host, [.. endpoints.Distinct()]);
    }

    // Values of the fields 1..3 of a small message of numbers.
    private static ulong[] Numbers(ReadOnlySpan<byte> message)
    {
        var numbers = new ulong[4];
        for (var reader = new ProtobufReader(message); reader.Next(); )
        {
            if (reader.Field is (>= 1 and <= 3, ProtobufWire.Varint))
            {
                numbers[reader.Field.Number] = reader.Varint;
            }
        }

        return numbers;
    }

    private static ProtobufWriter Address(IPAddress host, CertificateVersion own)
    {
        var bytes = host.GetAddressBytes();
        var isIPv4 = host.AddressFamily == AddressFamily.InterNetwork;
        if (isIPv4 && own == CertificateVersion.V1)
        {
            return new ProtobufWriter().Varint(1, BinaryPrimitives.ReadUInt32BigEndian(bytes));
        }

        var (high, low) = isIPv4
            ? (0, MappedPrefix | BinaryPrimitives.ReadUInt32BigEndian(bytes))
            : (BinaryPrimitives.ReadUInt64BigEndian(bytes), BinaryPrimitives.ReadUInt64BigEndian(bytes.AsSpan(8)));
        return new ProtobufWriter().Message(6, new ProtobufWriter().Varint(1, high).Varint(2, low));
    }

    private static IPAddress FromV4(uint number)
    {
        var bytes = new byte[4];
        BinaryPrimitives.WriteUInt32BigEndian(bytes, number);
        return new IPAddress(bytes);
    }

    private static IPAddress FromV6(ulong high, ulong low)
    {
        var bytes = new byte[16];
        BinaryPrimitives.WriteUInt64BigEndian(bytes, high);
        BinaryPrimitives.WriteUInt64BigEndian(bytes.AsSpan(8), low);
        IPAddress address = new(bytes);
        return address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;
    }
}

using System.Buffers.Binary;

namespace HybridLlm.Nebula.Mesh.Wire;

/// <summary>Kinds of packets (nebula <c>header/header.go</c>).</summary>
internal enum PacketType
{
    Handshake = 0,
    Message = 1,
    RecvError = 2,
    LightHouse = 3,
    Test = 4,
    CloseTunnel = 5,
    Control = 6,
}

/// <summary>The 16 bytes every packet begins with. The index is the receiver's; encrypted packets authenticate the header.</summary>
internal readonly record struct PacketHeader(PacketType Type, byte Subtype, uint Index, ulong Counter)
{
    public const int Length = 16;

    public const byte TestRequest = 0;
    public const byte TestReply = 1;

    private const int Version = 1;

    public byte[] ToBytes()
    {
        var bytes = new byte[Length];
        bytes[0] = (byte)((Version << 4) | (int)Type);
        bytes[1] = Subtype;
        BinaryPrimitives.WriteUInt32BigEndian(bytes.AsSpan(4), Index);
        BinaryPrimitives.WriteUInt64BigEndian(bytes.AsSpan(8), Counter);
        return bytes;
    }

    /// <summary>False for what is no nebula packet, e.g. the single byte that keeps a NAT open.</summary>
    public static bool TryRead(ReadOnlySpan<byte> packet, out PacketHeader header)
    {
        header = default;
        if (packet.Length < Length || packet[0] >> 4 != Version)
        {
            return false;
        }

        header = new PacketHeader(
            (PacketType)(packet[0] & 0x0F),
            packet[1],
            BinaryPrimitives.ReadUInt32BigEndian(packet[4..]),
            BinaryPrimitives.ReadUInt64BigEndian(packet[8..])
        );
        return true;
    }
}

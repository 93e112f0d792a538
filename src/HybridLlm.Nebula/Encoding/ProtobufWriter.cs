namespace HybridLlm.Nebula.Encoding;

/// <summary>Writes a proto3 message canonically: the caller goes by ascending field number, defaults are left out, lists are packed.</summary>
internal sealed class ProtobufWriter
{
    private readonly List<byte> _bytes = [];

    public ProtobufWriter Varint(int field, ulong value)
    {
        if (value != 0)
        {
            Tag(field, ProtobufWire.Varint);
            Raw(value);
        }

        return this;
    }

    public ProtobufWriter Bytes(int field, ReadOnlySpan<byte> value) => value.IsEmpty ? this : Element(field, value);

    public ProtobufWriter Text(int field, string value) => Bytes(field, GoText.ToUtf8(value));

    /// <summary>One item of a repeated text field, written even when empty.</summary>
    public ProtobufWriter Item(int field, string value) => Element(field, GoText.ToUtf8(value));

    /// <summary>A nested message, written even when empty.</summary>
    public ProtobufWriter Message(int field, ProtobufWriter message) => Element(field, message.ToArray());

    public ProtobufWriter Packed(int field, IEnumerable<uint> numbers)
    {
        var packed = new ProtobufWriter();
        foreach (var number in numbers)
        {
            packed.Raw(number);
        }

        return Bytes(field, packed.ToArray());
    }

    public byte[] ToArray() => [.. _bytes];

    private ProtobufWriter Element(int field, ReadOnlySpan<byte> value)
    {
        Tag(field, ProtobufWire.Bytes);
        Raw((ulong)value.Length);
        _bytes.AddRange(value);
        return this;
    }

    private void Tag(int field, ProtobufWire wire) => Raw(((ulong)field << 3) | (ulong)wire);

    private void Raw(ulong value)
    {
        while (value >= 0x80)
        {
            _bytes.Add((byte)(value | 0x80));
            value >>= 7;
        }

        _bytes.Add((byte)value);
    }
}

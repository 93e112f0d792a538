namespace HybridLlm.Nebula.Encoding;

/// <summary>
/// Walks a proto3 message field by field, as google.golang.org/protobuf does: unknown fields, unpacked lists and explicit
/// defaults are accepted, a known number with another wire type counts as unknown.
/// </summary>
internal ref struct ProtobufReader(ReadOnlySpan<byte> input)
{
    private const int MaxGroupDepth = 100;

    private ReadOnlySpan<byte> _rest = input;

    /// <summary>Field number and wire type of the field just read.</summary>
    public (int Number, ProtobufWire Wire) Field { get; private set; }

    /// <summary>Value of a <see cref="ProtobufWire.Varint"/> field.</summary>
    public ulong Varint { get; private set; }

    /// <summary>Content of a <see cref="ProtobufWire.Bytes"/> field.</summary>
    public ReadOnlySpan<byte> Bytes { get; private set; }

    /// <summary>Steps to the next field; false at the end.</summary>
    /// <exception cref="FormatException">The bytes are no protobuf message.</exception>
    public bool Next()
    {
        if (_rest.IsEmpty)
        {
            return false;
        }

        Field = ReadTag();
        switch (Field.Wire)
        {
            case ProtobufWire.Varint:
                Varint = ReadVarint();
                break;
            case ProtobufWire.Bytes:
                Bytes = Take(ReadLength());
                break;
            default:
                Skip(Field.Number, Field.Wire, MaxGroupDepth);
                break;
        }

        return true;
    }

    /// <summary>Adds the numbers of a repeated integer field, packed or not.</summary>
    public readonly void AddVarints(List<uint> numbers)
    {
        if (Field.Wire == ProtobufWire.Varint)
        {
            numbers.Add((uint)Varint);
            return;
        }

        var packed = new ProtobufReader(Bytes);
        while (!packed._rest.IsEmpty)
        {
            numbers.Add((uint)packed.ReadVarint());
        }
    }

    private (int, ProtobufWire) ReadTag()
    {
        var tag = ReadVarint();
        var number = tag >> 3;
        return number is > 0 and < 1 << 29 ? ((int)number, (ProtobufWire)(tag & 7)) : throw Broken("field number");
    }

    private ulong ReadVarint()
    {
        ulong value = 0;
        for (var i = 0; i < 10; i++)
        {
            var b = Take(1)[0];
            if (i == 9 && b > 1)
            {
                break;
            }

            value |= (ulong)(b & 0x7F) << (7 * i);
            if (b < 0x80)
            {
                return value;
            }
        }

        throw Broken("varint");
    }

    private int ReadLength()
    {
        var length = ReadVarint();
        return length <= (ulong)_rest.Length ? (int)length : throw Broken("length");
    }

    private ReadOnlySpan<byte> Take(int count)
    {
        if (count > _rest.Length)
        {
            throw Broken("end");
        }

        var taken = _rest[..count];
        _rest = _rest[count..];
        return taken;
    }

    private void Skip(int number, ProtobufWire wire, int depth)
    {
        switch (wire)
        {
            case ProtobufWire.Varint:
                ReadVarint();
                break;
            case ProtobufWire.Fixed64:
                Take(8);
                break;
            case ProtobufWire.Bytes:
                Take(ReadLength());
                break;
            case ProtobufWire.Fixed32:
                Take(4);
                break;
            case ProtobufWire.StartGroup when depth > 0:
                SkipGroup(number, depth);
                break;
            default:
                throw Broken("wire type");
        }
    }

    private void SkipGroup(int number, int depth)
    {
        while (true)
        {
            var (inner, wire) = ReadTag();
            if (wire == ProtobufWire.EndGroup)
            {
                if (inner != number)
                {
                    throw Broken("group end");
                }

                return;
            }

            Skip(inner, wire, depth - 1);
        }
    }

    private static FormatException Broken(string part) => new($"Invalid protobuf: {part}.");
}

/// <summary>How a field's value is laid out (protobuf encoding specification).</summary>
internal enum ProtobufWire
{
    Varint = 0,
    Fixed64 = 1,
    Bytes = 2,
    StartGroup = 3,
    EndGroup = 4,
    Fixed32 = 5,
}

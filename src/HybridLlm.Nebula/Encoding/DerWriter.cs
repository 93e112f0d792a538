using System.Buffers.Binary;

namespace HybridLlm.Nebula.Encoding;

/// <summary>Writes canonical DER elements, innermost first: an element's content is finished before it is wrapped.</summary>
internal sealed class DerWriter
{
    private readonly List<byte> _bytes = [];

    public DerWriter Element(byte tag, ReadOnlySpan<byte> content)
    {
        _bytes.Add(tag);
        Length(content.Length);
        _bytes.AddRange(content);
        return this;
    }

    public DerWriter Element(byte tag, DerWriter content) => Element(tag, content.ToArray());

    /// <summary>Bytes that are an element already.</summary>
    public DerWriter Raw(ReadOnlySpan<byte> element)
    {
        _bytes.AddRange(element);
        return this;
    }

    public DerWriter Int64(byte tag, long value)
    {
        Span<byte> buffer = stackalloc byte[8];
        BinaryPrimitives.WriteInt64BigEndian(buffer, value);
        var start = 0;
        while (start < 7 && IsPadding(buffer[start], buffer[start + 1]))
        {
            start++;
        }

        return Element(tag, buffer[start..]);
    }

    public byte[] ToArray() => [.. _bytes];

    // The first byte says nothing when it only repeats the sign that the next one shows.
    private static bool IsPadding(byte first, byte next) => first == (next >= 0x80 ? 0xFF : 0x00);

    private void Length(int length)
    {
        if (length < 0x80)
        {
            _bytes.Add((byte)length);
            return;
        }

        var lengthBytes = 1;
        while (length >> (8 * lengthBytes) != 0)
        {
            lengthBytes++;
        }

        _bytes.Add((byte)(0x80 | lengthBytes));
        for (var i = lengthBytes - 1; i >= 0; i--)
        {
            _bytes.Add((byte)(length >> (8 * i)));
        }
    }
}

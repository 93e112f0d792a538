namespace HybridLlm.Nebula.Encoding;

/// <summary>
/// Walks DER elements as leniently as nebula's reader does (golang.org/x/crypto/cryptobyte): lengths must be minimal, tags
/// must be low, but contents are the caller's business.
/// </summary>
internal ref struct DerReader(ReadOnlySpan<byte> input)
{
    private ReadOnlySpan<byte> _rest = input;

    public readonly bool IsEmpty => _rest.IsEmpty;

    public readonly bool NextIs(byte tag) => !_rest.IsEmpty && _rest[0] == tag;

    /// <summary>Reads the content of the next element, which must have <paramref name="tag"/>.</summary>
    public bool TryRead(byte tag, out ReadOnlySpan<byte> content)
    {
        content = default;
        if (!NextIs(tag) || !TryMeasure(out var header, out var length))
        {
            return false;
        }

        content = _rest.Slice(header, length);
        _rest = _rest[(header + length)..];
        return true;
    }

    /// <summary>As <see cref="TryRead"/>, but an absent element is fine and leaves <paramref name="found"/> false.</summary>
    public bool TryReadOptional(byte tag, out ReadOnlySpan<byte> content, out bool found)
    {
        found = NextIs(tag);
        if (found)
        {
            return TryRead(tag, out content);
        }

        content = default;
        return true;
    }

    /// <summary>Reads the next element whole: tag, length and content.</summary>
    public bool TryReadElement(byte tag, out ReadOnlySpan<byte> element)
    {
        element = default;
        if (!NextIs(tag) || !TryMeasure(out var header, out var length))
        {
            return false;
        }

        element = _rest[..(header + length)];
        _rest = _rest[(header + length)..];
        return true;
    }

    /// <summary>Reads a signed integer of at most 64 bits, minimally encoded.</summary>
    public bool TryReadInt64(byte tag, out long value)
    {
        value = 0;
        if (!TryRead(tag, out var content) || content.IsEmpty || content.Length > 8 || !IsMinimal(content))
        {
            return false;
        }

        value = (sbyte)content[0];
        foreach (var b in content[1..])
        {
            value = (value << 8) | b;
        }

        return true;
    }

    private static bool IsMinimal(ReadOnlySpan<byte> integer) =>
        integer.Length == 1
        || !((integer[0] == 0x00 && integer[1] < 0x80) || (integer[0] == 0xFF && integer[1] >= 0x80));

    private readonly bool TryMeasure(out int header, out int length)
    {
        (header, length) = (2, 0);
        if (_rest.Length < 2 || (_rest[0] & 0x1F) == 0x1F)
        {
            return false;
        }

        if (_rest[1] < 0x80)
        {
            length = _rest[1];
            return _rest.Length >= header + length;
        }

        var lengthBytes = _rest[1] & 0x7F;
        if (lengthBytes is 0 or > 4 || _rest.Length < 2 + lengthBytes || _rest[2] == 0)
        {
            return false;
        }

        var long64 = 0L;
        foreach (var b in _rest.Slice(2, lengthBytes))
        {
            long64 = (long64 << 8) | b;
        }

        header += lengthBytes;
        if (long64 < 0x80 || long64 > _rest.Length - header)
        {
            return false;
        }

        length = (int)long64;
        return true;
    }
}

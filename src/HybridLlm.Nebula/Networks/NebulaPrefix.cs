using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text.Json.Serialization;

namespace HybridLlm.Nebula.Networks;

/// <summary>
/// An address with the size of its network, host bits kept: <c>10.42.1.9/24</c> says "I am .9, and these 256 are my
/// neighbours", which is what a certificate's networks mean. Ordered as nebula orders them: IPv4 before IPv6, then by
/// address, then by length.
/// </summary>
[JsonConverter(typeof(NebulaPrefixJsonConverter))]
public readonly struct NebulaPrefix : IEquatable<NebulaPrefix>, IComparable<NebulaPrefix>
{
    private readonly UInt128 _bits;
    private readonly bool _isIPv6;
    private readonly byte _length;

    /// <summary>Joins an address and a length.</summary>
    /// <param name="address">IPv4, or IPv6 without a zone.</param>
    /// <param name="length">Bits of the network part: 0..32 for IPv4, 0..128 for IPv6.</param>
    /// <exception cref="ArgumentOutOfRangeException">The length does not suit the address.</exception>
    public NebulaPrefix(IPAddress address, int length)
        : this(Bits(address), address.AddressFamily == AddressFamily.InterNetworkV6, length) { }

    internal NebulaPrefix(UInt128 bits, bool isIPv6, int length)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(length);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(length, isIPv6 ? 128 : 32);
        _bits = bits;
        _isIPv6 = isIPv6;
        _length = (byte)length;
    }

    /// <summary>The address, host bits included.</summary>
    public IPAddress Address => ToAddress(_bits, _isIPv6);

    /// <summary>Bits of the network part.</summary>
    public int Length => _length;

    /// <summary>Whether the address is IPv6.</summary>
    public bool IsIPv6 => _isIPv6;

    /// <summary>Whether the address is IPv4.</summary>
    public bool IsIPv4 => !_isIPv6;

    /// <summary>Whether this is a single address (/32 or /128).</summary>
    public bool IsSingleAddress => _length == Width;

    internal UInt128 AddressBits => _bits;

    // A shift by the full width would shift by nothing, hence the case of length 0.
    internal UInt128 Mask =>
        _length == 0 ? 0 : UInt128.MaxValue << (Width - _length) & (UInt128.MaxValue >> (128 - Width));

    private int Width => _isIPv6 ? 128 : 32;

    /// <summary>Reads <c>address/length</c>.</summary>
    /// <exception cref="NebulaFormatException">The text is nothing of the kind.</exception>
    public static NebulaPrefix Parse(string text) =>
        TryParse(text, out var prefix)
            ? prefix
            : throw new NebulaFormatException(
                "prefix-malformed",
                $"'{text}' is not an address with a prefix length.",
                "Write it as 10.42.1.9/24 or fd42::9/64."
            );

    /// <summary>Reads <c>address/length</c>; no zones, no leading zeros, as nebula.</summary>
    public static bool TryParse([NotNullWhen(true)] string? text, out NebulaPrefix prefix)
    {
        prefix = default;
        var slash = text?.LastIndexOf('/') ?? -1;
        if (slash < 0 || !AddressText.TryParse(text![..slash], out var address))
        {
            return false;
        }

        var digits = text.AsSpan(slash + 1);
        if (digits.Length is 0 or > 3 || (digits.Length > 1 && digits[0] == '0'))
        {
            return false;
        }

        var isIPv6 = address.AddressFamily == AddressFamily.InterNetworkV6;
        if (
            !byte.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out var length)
            || length > (isIPv6 ? 128 : 32)
        )
        {
            return false;
        }

        prefix = new NebulaPrefix(address, length);
        return true;
    }

    /// <summary>The network itself: the same prefix with its host bits zero.</summary>
    public NebulaPrefix Masked() => new(_bits & Mask, _isIPv6, _length);

    /// <summary>Whether <paramref name="address"/> lies in this network.</summary>
    public bool Contains(IPAddress address)
    {
        ArgumentNullException.ThrowIfNull(address);
        return _isIPv6 == (address.AddressFamily == AddressFamily.InterNetworkV6)
            && ((Bits(address) ^ _bits) & Mask) == 0;
    }

    /// <summary>Whether every address of <paramref name="other"/>'s network lies in this one.</summary>
    public bool Contains(NebulaPrefix other) => Overlaps(other) && _length <= other._length;

    /// <summary>Whether the two networks share an address.</summary>
    public bool Overlaps(NebulaPrefix other) =>
        _isIPv6 == other._isIPv6 && ((_bits ^ other._bits) & Mask & other.Mask) == 0;

    /// <inheritdoc/>
    public int CompareTo(NebulaPrefix other)
    {
        var byFamily = _isIPv6.CompareTo(other._isIPv6);
        var byAddress = byFamily != 0 ? byFamily : _bits.CompareTo(other._bits);
        return byAddress != 0 ? byAddress : _length.CompareTo(other._length);
    }

    /// <inheritdoc/>
    public bool Equals(NebulaPrefix other) => CompareTo(other) == 0;

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is NebulaPrefix other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(_bits, _isIPv6, _length);

    /// <summary><c>address/length</c>, as nebula prints it.</summary>
    public override string ToString() => $"{AddressText.Format(Address)}/{_length}";

    /// <summary>Equality of family, address and length.</summary>
    public static bool operator ==(NebulaPrefix left, NebulaPrefix right) => left.Equals(right);

    /// <summary>Inequality of family, address or length.</summary>
    public static bool operator !=(NebulaPrefix left, NebulaPrefix right) => !left.Equals(right);

    /// <summary>Order of <see cref="CompareTo"/>.</summary>
    public static bool operator <(NebulaPrefix left, NebulaPrefix right) => left.CompareTo(right) < 0;

    /// <summary>Order of <see cref="CompareTo"/>.</summary>
    public static bool operator >(NebulaPrefix left, NebulaPrefix right) => left.CompareTo(right) > 0;

    /// <summary>Order of <see cref="CompareTo"/>.</summary>
    public static bool operator <=(NebulaPrefix left, NebulaPrefix right) => left.CompareTo(right) <= 0;

    /// <summary>Order of <see cref="CompareTo"/>.</summary>
    public static bool operator >=(NebulaPrefix left, NebulaPrefix right) => left.CompareTo(right) >= 0;

    /// <summary>The address <paramref name="offset"/> places on, in a network of the same length.</summary>
    internal NebulaPrefix At(long offset) => new(_bits + (UInt128)offset, _isIPv6, _length);

    internal static UInt128 Bits(IPAddress address)
    {
        ArgumentNullException.ThrowIfNull(address);
        var bytes = address.GetAddressBytes();
        return bytes.Length == 4
            ? BinaryPrimitives.ReadUInt32BigEndian(bytes)
            : BinaryPrimitives.ReadUInt128BigEndian(bytes);
    }

    internal static IPAddress ToAddress(UInt128 bits, bool isIPv6)
    {
        Span<byte> bytes = stackalloc byte[16];
        BinaryPrimitives.WriteUInt128BigEndian(bytes, bits);
        return new IPAddress(isIPv6 ? bytes : bytes[12..]);
    }
}

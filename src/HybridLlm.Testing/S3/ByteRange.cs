using System.Globalization;
using HybridLlm.Testing.Ec2.Protocol;

namespace HybridLlm.Testing.S3;

/// <summary>Bytes of an object, first and last included.</summary>
internal readonly record struct ByteRange(long First, long Last)
{
    public long Length => Last - First + 1;

    /// <summary>Reads a Range header; null without one, or for one S3 ignores.</summary>
    /// <exception cref="ServiceError">It starts behind the end.</exception>
    public static ByteRange? Read(string? header, long length)
    {
        const string unit = "bytes=";
        if (header is null || !header.StartsWith(unit, StringComparison.Ordinal) || header.Contains(','))
        {
            return null;
        }

        var parts = header[unit.Length..].Split('-', 2);
        var (first, last) = (Number(parts[0]), parts.Length > 1 ? Number(parts[1]) : null);
        ByteRange? range = (first, last) switch
        {
            (null, { } count) => new ByteRange(Math.Max(0, length - count), length - 1),
            ({ } from, null) => new ByteRange(from, length - 1),
            ({ } from, { } to) when to >= from => new ByteRange(from, Math.Min(to, length - 1)),
            _ => null,
        };
        return range is { } wanted && (wanted.First >= length || wanted.Length <= 0)
            ? throw new ServiceError("InvalidRange", "The requested range is not satisfiable", 416)
            : range;
    }

    private static long? Number(string text) =>
        long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;
}

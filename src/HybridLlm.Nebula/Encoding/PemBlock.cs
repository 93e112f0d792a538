using System.Security.Cryptography;

namespace HybridLlm.Nebula.Encoding;

/// <summary>One PEM block: a label between dashes, base64 in lines of 64, LF. Text around blocks is skipped, as nebula does.</summary>
internal readonly record struct PemBlock(string Label, byte[] Content)
{
    /// <summary>Every block of <paramref name="text"/>, in order.</summary>
    public static IEnumerable<PemBlock> ReadAll(string text)
    {
        var rest = text.AsMemory();
        while (PemEncoding.TryFind(rest.Span, out var fields))
        {
            yield return Decode(rest.Span, fields);
            rest = rest[fields.Location.End..];
        }
    }

    /// <summary>The first block of <paramref name="text"/>.</summary>
    /// <exception cref="NebulaFormatException">There is none.</exception>
    public static PemBlock ReadFirst(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return PemEncoding.TryFind(text, out var fields)
            ? Decode(text, fields)
            : throw new NebulaFormatException(
                "pem-missing",
                $"The text ({text.Length} characters) holds no PEM block.",
                "Give the whole file, from its -----BEGIN line to its -----END line."
            );
    }

    /// <summary>The block as a text ending in LF.</summary>
    public override string ToString() => Write(Label, Content);

    public static string Write(string label, ReadOnlySpan<byte> content) =>
        PemEncoding.WriteString(label, content) + "\n";

    private static PemBlock Decode(ReadOnlySpan<char> text, PemFields fields)
    {
        var content = new byte[fields.DecodedDataLength];
        Convert.TryFromBase64Chars(text[fields.Base64Data], content, out _);
        return new PemBlock(text[fields.Label].ToString(), content);
    }
}

using System.Security.Cryptography;

namespace HybridLlm.Nebula.Encoding;

/// <summary>One PEM block: a label between dashes, base64 in lines of 64, LF.</summary>
internal readonly record struct PemBlock(string Label, byte[] Content)
{
    /// <summary>Every block of <paramref name="text"/>, in order, and the text after the last.</summary>
    public static (IReadOnlyList<PemBlock> Blocks, string Remainder) ReadAll(string text)
    {
        List<PemBlock> blocks = [];
        PemReader reader = new(text);
        while (reader.TryRead(out var block))
        {
            blocks.Add(block);
        }

        return (blocks, reader.Remainder);
    }

    /// <summary>The first block of <paramref name="text"/>.</summary>
    /// <exception cref="NebulaFormatException">There is none.</exception>
    public static PemBlock ReadFirst(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return new PemReader(text).TryRead(out var block)
            ? block
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
}

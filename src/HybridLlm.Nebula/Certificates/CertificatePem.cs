using HybridLlm.Nebula.Encoding;

namespace HybridLlm.Nebula.Certificates;

/// <summary>Certificates in PEM texts.</summary>
internal static class CertificatePem
{
    /// <summary>The first certificate. Like nebula-cert with <c>-ca-crt</c>, lenient reading looks at nothing behind it.</summary>
    public static NebulaCertificate ParseFirst(string pem, CertificateReading reading)
    {
        ArgumentNullException.ThrowIfNull(pem);
        return reading == CertificateReading.Strict ? ParseAll(pem, reading)[0]
            : new PemReader(pem).TryRead(out var block) ? Parse(block, reading)
            : throw Missing(pem);
    }

    public static IReadOnlyList<NebulaCertificate> ParseAll(string pem, CertificateReading reading)
    {
        ArgumentNullException.ThrowIfNull(pem);
        var (blocks, rest) = PemBlock.ReadAll(pem);
        if (blocks.Count == 0)
        {
            // Where nebula-cert verify finds nothing to object to in an empty file, we do.
            throw Missing(pem);
        }

        var certificates = blocks.Select(block => Parse(block, reading)).ToList();
        if (!string.IsNullOrWhiteSpace(rest))
        {
            throw new NebulaFormatException(
                "pem-extra-text",
                $"After {blocks.Count} certificate(s) there are {rest.Length} characters that are no whole PEM block.",
                "Remove them, or give the whole file; nebula does not start with such a file."
            );
        }

        if (reading == CertificateReading.Strict)
        {
            CheckNothingElse(pem, blocks);
        }

        return certificates;
    }

    private static NebulaFormatException Missing(string pem) =>
        new(
            "pem-missing",
            $"The text ({pem.Length} characters) holds no PEM block.",
            "Give the whole certificate file, from its -----BEGIN line to its -----END line."
        );

    private static NebulaCertificate Parse(PemBlock block, CertificateReading reading)
    {
        var format =
            CertificateFormat.OfLabel(block.Label)
            ?? throw new NebulaFormatException(
                "certificate-label",
                $"Found {block.Label}, but this place takes certificates.",
                "Give a .crt file; keys live in .key and .pub files."
            );
        return NebulaCertificate.Decode(format.Version, block.Content, reading);
    }

    private static void CheckNothingElse(string pem, IReadOnlyList<PemBlock> blocks)
    {
        var expected = string.Concat(blocks.Select(block => block.ToString()));
        if (Lines(pem) != Lines(expected))
        {
            throw new NebulaFormatException(
                "pem-extra-text",
                "There is text around the PEM blocks, or a block is not written in lines of 64 characters.",
                "Remove everything but the blocks."
            );
        }
    }

    // Line ends and blank lines carry no meaning.
    private static string Lines(string text) =>
        string.Join('\n', text.Split('\n').Select(line => line.Trim()).Where(line => line.Length > 0));
}

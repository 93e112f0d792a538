using HybridLlm.Nebula.Encoding;

namespace HybridLlm.Nebula.Keys;

/// <summary>Keys in PEM. Faults name labels and lengths, never a key's bytes.</summary>
internal static class KeyPem
{
    public static string Write(KeyBanner[] kind, NebulaCurve curve, ReadOnlySpan<byte> key) =>
        PemBlock.Write(KeyBanner.Of(kind, curve).Label, key);

    /// <summary>Reads the first block of <paramref name="pem"/>, which must be one of <paramref name="kind"/>.</summary>
    public static (NebulaCurve Curve, byte[] Key) Read(KeyBanner[] kind, string pem)
    {
        var block = PemBlock.ReadFirst(pem);
        var banner = kind.FirstOrDefault(b => b.Label == block.Label) ?? throw WrongLabel(kind, block.Label);
        return banner.Length == 0 || block.Content.Length == banner.Length
            ? (banner.Curve, block.Content)
            : throw WrongLength(banner.Label, banner.Length, block.Content.Length);
    }

    public static NebulaFormatException WrongLength(string what, int wanted, int found) =>
        new(
            "key-length",
            $"A {what} has {wanted} bytes, this one has {found}.",
            "Take the key file as nebula-cert or this library wrote it."
        );

    private static NebulaFormatException WrongLabel(KeyBanner[] kind, string label) =>
        KeyBanner.CaEncrypted.Any(b => b.Label == label)
            ? new NebulaFormatException("key-encrypted", $"The key is encrypted ({label}).", "Give its passphrase.")
            : new NebulaFormatException(
                "key-kind",
                $"Found {label}, but this place takes {string.Join(" or ", kind.Select(b => b.Label))}.",
                "Host keys (X25519, P256) and certificate authority keys (Ed25519, ECDSA P256) are different kinds; give the right file."
            );
}

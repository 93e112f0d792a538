namespace HybridLlm.Nebula.Certificates;

/// <summary>
/// Fingerprints that no node may accept. Nebula compares them as text, so an entry in capitals never matches there; here
/// entries are brought to lower case.
/// </summary>
public sealed class CertificateBlocklist
{
    private readonly HashSet<string> _fingerprints;

    /// <summary>Takes fingerprints in hex, 64 characters each, any case.</summary>
    /// <exception cref="NebulaValidationException">Some are no fingerprints.</exception>
    public CertificateBlocklist(IEnumerable<string> fingerprints)
    {
        ArgumentNullException.ThrowIfNull(fingerprints);
        var entries = fingerprints.ToList();
        NebulaValidationException.ThrowIfAny(
            "The blocklist",
            [
                .. entries
                    .Where(e => !IsFingerprint(e))
                    .Select(e => new NebulaFault(
                        "blocklist-entry",
                        $"'{e}' is no certificate fingerprint.",
                        "Give 64 hexadecimal digits, as nebula-cert print shows them."
                    )),
            ]
        );
        _fingerprints = [.. entries.Select(e => e.ToLowerInvariant())];
    }

    /// <summary>Nothing blocked.</summary>
    public static CertificateBlocklist Empty { get; } = new([]);

    /// <summary>The entries, lower case, sorted.</summary>
    public IReadOnlyList<string> Fingerprints => [.. _fingerprints.Order(StringComparer.Ordinal)];

    /// <summary>Whether the certificate is blocked, under either of its fingerprints.</summary>
    public bool Contains(NebulaCertificate certificate)
    {
        ArgumentNullException.ThrowIfNull(certificate);
        return _fingerprints.Contains(certificate.Fingerprint)
            || (certificate.AlternateFingerprint is { } other && _fingerprints.Contains(other));
    }

    internal static bool IsFingerprint(string text) => text.Length == 64 && text.All(char.IsAsciiHexDigit);

    /// <summary>Whether nebula can match the entry at all: it compares text, and its own is in lower case.</summary>
    internal static bool IsEffective(string text) => IsFingerprint(text) && !text.Any(char.IsAsciiLetterUpper);
}

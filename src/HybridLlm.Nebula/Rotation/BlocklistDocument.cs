using System.Text.Json;
using System.Text.Json.Serialization;
using HybridLlm.Nebula.Certificates;
using HybridLlm.Nebula.Configuration;
using HybridLlm.Nebula.Encoding;

namespace HybridLlm.Nebula.Rotation;

/// <summary>A certificate that is no longer trusted.</summary>
public sealed record BlockedCertificate
{
    /// <summary>Name in the certificate, for people.</summary>
    public required string Name { get; init; }

    /// <summary>Its fingerprints: one, or both forms on P-256. Lower-case hex.</summary>
    public required IReadOnlyList<string> Fingerprints { get; init; }

    /// <summary>Its end; after it nobody accepts it anyway, and the entry can go.</summary>
    public required DateTimeOffset NotAfter { get; init; }

    /// <summary>Why, for people; null for no reason given.</summary>
    public string? Reason { get; init; }
}

/// <summary>
/// The mesh's one blocklist. A shorter-lived reissue does not take rights away: until its end the older certificate works, so
/// it must be blocked on every node. Immutable.
/// </summary>
public sealed class BlocklistDocument
{
    private BlocklistDocument(IReadOnlyList<BlockedCertificate> entries) => Entries = entries;

    /// <summary>Nothing blocked.</summary>
    public static BlocklistDocument Empty { get; } = new([]);

    /// <summary>What is blocked, in the order it was.</summary>
    public IReadOnlyList<BlockedCertificate> Entries { get; }

    /// <summary>Every fingerprint, for <c>pki.blocklist</c>.</summary>
    public IReadOnlyList<string> Fingerprints => [.. Entries.SelectMany(e => e.Fingerprints).Distinct()];

    /// <summary>Reads what <see cref="ToJson"/> wrote.</summary>
    /// <exception cref="NebulaFormatException">The text is something else.</exception>
    public static BlocklistDocument ParseJson(string json) =>
        new(
            JsonText.Read(
                json,
                BlocklistJson.Default.BlockedCertificateArray,
                // An entry that is no fingerprint would block nothing.
                entries =>
                    entries.All(e =>
                        e?.Fingerprints.All(f => f is not null && CertificateBlocklist.IsEffective(f)) == true
                    ),
                e => new NebulaFormatException(
                    "blocklist-malformed",
                    $"The text is no blocklist: {e.Message}",
                    "Restore it; an empty one would let blocked hosts back in.",
                    e
                )
            )
        );

    /// <summary>The document with one more certificate.</summary>
    /// <param name="certificate">What to block.</param>
    /// <param name="reason">Why, for people; null for none.</param>
    public BlocklistDocument Block(NebulaCertificate certificate, string? reason = null)
    {
        ArgumentNullException.ThrowIfNull(certificate);
        return Fingerprints.Contains(certificate.Fingerprint)
            ? this
            : new BlocklistDocument([
                .. Entries,
                new BlockedCertificate
                {
                    Name = certificate.Name,
                    Fingerprints = certificate.AlternateFingerprint is { } other
                        ? [certificate.Fingerprint, other]
                        : [certificate.Fingerprint],
                    NotAfter = certificate.NotAfter,
                    Reason = reason,
                },
            ]);
    }

    /// <summary>The document without certificates that ended before <paramref name="now"/>.</summary>
    public BlocklistDocument WithoutExpired(DateTimeOffset now) => new([.. Entries.Where(e => e.NotAfter >= now)]);

    /// <summary>For <see cref="CaPool.Verify"/>.</summary>
    public CertificateBlocklist ToBlocklist() => new(Fingerprints);

    /// <summary>
    /// A file of its own for a node's configuration folder: nebula joins the lists of all files. Reloadable.
    /// </summary>
    public string ToConfig() =>
        NebulaConfigWriter.Write(new NebulaConfig { Pki = new PkiConfig { Blocklist = Fingerprints } });

    /// <summary>The document as JSON, an array of entries.</summary>
    public string ToJson() => JsonSerializer.Serialize([.. Entries], BlocklistJson.Default.BlockedCertificateArray);
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    RespectNullableAnnotations = true,
    WriteIndented = true
)]
[JsonSerializable(typeof(BlockedCertificate[]))]
internal sealed partial class BlocklistJson : JsonSerializerContext;

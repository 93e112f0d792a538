using System.Text.Json;
using System.Text.Json.Serialization;
using HybridLlm.Nebula.Certificates;
using HybridLlm.Nebula.Encoding;

namespace HybridLlm.Nebula.Networks;

/// <summary>
/// Which addresses live certificates hold. An address belongs to a name until the last certificate for it has ended: until then
/// two members with it would take each other's tunnels. Immutable; keep its JSON where the authority's key is kept.
/// </summary>
public sealed class AddressLedger
{
    private AddressLedger(IReadOnlyList<AddressLedgerEntry> entries) => Entries = entries;

    /// <summary>Nothing issued yet.</summary>
    public static AddressLedger Empty { get; } = new([]);

    /// <summary>One a certificate, in the order they were issued.</summary>
    public IReadOnlyList<AddressLedgerEntry> Entries { get; }

    /// <summary>Reads what <see cref="ToJson"/> wrote.</summary>
    /// <exception cref="NebulaFormatException">The text is something else.</exception>
    public static AddressLedger ParseJson(string json) =>
        new(
            JsonText.Read(
                json,
                LedgerJson.Default.AddressLedgerEntryArray,
                entries => entries.All(e => e is not null),
                e => new NebulaFormatException(
                    "ledger-malformed",
                    $"The text is no address ledger: {e.Message}",
                    "Restore the ledger, or rebuild it by recording every certificate that is still valid.",
                    e
                )
            )
        );

    /// <summary>The ledger with one more certificate.</summary>
    public AddressLedger Record(NebulaCertificate certificate)
    {
        ArgumentNullException.ThrowIfNull(certificate);
        return Record([certificate]);
    }

    /// <summary>The ledger with more certificates; those it has already count once.</summary>
    public AddressLedger Record(IEnumerable<NebulaCertificate> certificates)
    {
        ArgumentNullException.ThrowIfNull(certificates);
        var added = certificates
            .ExceptBy(Entries.Select(e => e.Fingerprint), c => c.Fingerprint)
            .Select(c => new AddressLedgerEntry
            {
                Name = c.Name,
                Fingerprint = c.Fingerprint,
                Networks = c.Networks,
                UnsafeNetworks = c.UnsafeNetworks,
                NotAfter = c.NotAfter,
            });
        return new AddressLedger([.. Entries, .. added]);
    }

    /// <summary>The ledger without certificates that ended before <paramref name="now"/>.</summary>
    public AddressLedger WithoutExpired(DateTimeOffset now) => new([.. Entries.Where(e => e.NotAfter >= now)]);

    /// <summary>The ledger as JSON, an array of entries.</summary>
    public string ToJson() => JsonSerializer.Serialize([.. Entries], LedgerJson.Default.AddressLedgerEntryArray);

    internal IEnumerable<AddressLedgerEntry> LiveAt(DateTimeOffset now) => Entries.Where(e => e.NotAfter >= now);
}

/// <summary>One certificate's claim to its addresses.</summary>
public sealed record AddressLedgerEntry
{
    /// <summary>Name in the certificate.</summary>
    public required string Name { get; init; }

    /// <summary>The certificate's fingerprint.</summary>
    public required string Fingerprint { get; init; }

    /// <summary>Its addresses with prefix lengths.</summary>
    public required IReadOnlyList<NebulaPrefix> Networks { get; init; }

    /// <summary>Ranges it routes for.</summary>
    public required IReadOnlyList<NebulaPrefix> UnsafeNetworks { get; init; }

    /// <summary>Last instant of its life.</summary>
    public required DateTimeOffset NotAfter { get; init; }
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    RespectNullableAnnotations = true,
    WriteIndented = true
)]
[JsonSerializable(typeof(AddressLedgerEntry[]))]
internal sealed partial class LedgerJson : JsonSerializerContext;

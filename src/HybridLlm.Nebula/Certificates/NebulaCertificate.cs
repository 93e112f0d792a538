using HybridLlm.Nebula.Encoding;
using HybridLlm.Nebula.Keys;
using HybridLlm.Nebula.Networks;

namespace HybridLlm.Nebula.Certificates;

/// <summary>
/// A signed certificate, of a host or of an authority. Being signed says nothing about by whom: <see cref="CaPool.Verify"/> does.
/// </summary>
public sealed class NebulaCertificate : IEquatable<NebulaCertificate>
{
    private readonly byte[] _details;
    private readonly byte[] _signature;

    internal NebulaCertificate(ToBeSignedCertificate body, byte[] details, byte[] signature)
    {
        Body = body;
        _details = details;
        _signature = signature;
        Fingerprint = Format.Fingerprint(details, body, signature);
        AlternateFingerprint =
            body.Curve == NebulaCurve.P256 && EcdsaSignature.Alternate(signature) is { } other
                ? Format.Fingerprint(details, body, other)
                : null;
    }

    /// <summary>What was signed; <c>with</c> new times it is the body of a renewal.</summary>
    public ToBeSignedCertificate Body { get; }

    /// <summary>Format it is written in.</summary>
    public CertificateVersion Version => Body.Version;

    /// <summary>Name of the host or authority. Bytes that are not UTF-8 show as U+FFFD.</summary>
    public string Name => Body.Name;

    /// <summary>Host: its addresses with their networks. Authority: what it may sign, empty for anything. In v2 sorted.</summary>
    public IReadOnlyList<NebulaPrefix> Networks => Body.Networks;

    /// <summary>Host: ranges behind it. Authority: what it may sign, empty for anything. In v2 sorted.</summary>
    public IReadOnlyList<NebulaPrefix> UnsafeNetworks => Body.UnsafeNetworks;

    /// <summary>Groups, in the order they were signed.</summary>
    public IReadOnlyList<string> Groups => Body.Groups;

    /// <summary>Whether this is an authority's own certificate.</summary>
    public bool IsCa => Body.IsCa;

    /// <summary>First instant of validity.</summary>
    public DateTimeOffset NotBefore => Body.NotBefore;

    /// <summary>Last instant of validity, itself included.</summary>
    public DateTimeOffset NotAfter => Body.NotAfter;

    /// <summary>Curve of the public key and of the authority.</summary>
    public NebulaCurve Curve => Body.Curve;

    /// <summary>Raw public key of the host or authority.</summary>
    public ReadOnlyMemory<byte> PublicKey => Body.PublicKey;

    /// <summary>Fingerprint of the authority's certificate, lower-case hex; empty when self-signed.</summary>
    public string Issuer => Body.Issuer;

    /// <summary>Ed25519: 64 bytes. P-256: DER.</summary>
    public ReadOnlyMemory<byte> Signature => _signature;

    /// <summary>SHA-256 of the certificate as nebula computes it, lower-case hex, 64 characters: what blocklists name.</summary>
    public string Fingerprint { get; }

    /// <summary>
    /// P-256: the fingerprint of the same certificate with the other, equally valid form of its signature. A blocklist must name
    /// both. Null on Curve25519.
    /// </summary>
    public string? AlternateFingerprint { get; }

    private CertificateFormat Format => CertificateFormat.Of(Version);

    /// <summary>Reads the first certificate of a PEM text. Lenient reading passes over what follows it.</summary>
    /// <exception cref="NebulaFormatException">There is none, or it breaks nebula's rules (or ours, when strict).</exception>
    public static NebulaCertificate ParsePem(string pem, CertificateReading reading = CertificateReading.Lenient) =>
        CertificatePem.ParseFirst(pem, reading);

    /// <summary>Reads every certificate of a PEM text, e.g. a bundle of authorities, or a v1 and a v2 certificate of one host.</summary>
    /// <exception cref="NebulaFormatException">There is none, or one breaks nebula's rules (or ours, when strict).</exception>
    public static IReadOnlyList<NebulaCertificate> ParseBundle(
        string pem,
        CertificateReading reading = CertificateReading.Lenient
    ) => CertificatePem.ParseAll(pem, reading);

    /// <summary>Reads the bytes inside a PEM block.</summary>
    /// <exception cref="NebulaFormatException">The bytes break nebula's rules (or ours, when strict).</exception>
    public static NebulaCertificate Decode(
        CertificateVersion version,
        ReadOnlySpan<byte> encoded,
        CertificateReading reading = CertificateReading.Lenient
    )
    {
        var certificate = CertificateFormat.Of(version).Decode(encoded);
        if (reading == CertificateReading.Strict)
        {
            StrictReading.Check(certificate, encoded);
        }

        return certificate;
    }

    /// <summary>The certificate's bytes: protobuf (v1) or DER (v2), canonical.</summary>
    public byte[] Encode() => Format.Encode(_details, Body, _signature);

    /// <summary>The certificate as nebula-cert writes it.</summary>
    public string ToPem() => PemBlock.Write(Format.PemLabel, Encode());

    /// <summary>Whether <paramref name="now"/> lies within its life, both ends included. Nebula compares whole seconds.</summary>
    public bool IsValidAt(DateTimeOffset now) => NotBefore <= now && now <= NotAfter;

    /// <summary>Whether <paramref name="key"/> made the signature. For a trustworthy answer use <see cref="CaPool.Verify"/>.</summary>
    public bool IsSignedBy(CaPublicKey key)
    {
        ArgumentNullException.ThrowIfNull(key);
        return IsSignedBy(key.Curve, key.Bytes.Span);
    }

    /// <summary>Whether this host certificate is for <paramref name="key"/>.</summary>
    public bool IsFor(HostPublicKey key)
    {
        ArgumentNullException.ThrowIfNull(key);
        return !IsCa && key.Curve == Curve && key.Bytes.Span.SequenceEqual(PublicKey.Span);
    }

    /// <summary>Whether this authority certificate is for <paramref name="key"/>.</summary>
    public bool IsFor(CaPublicKey key)
    {
        ArgumentNullException.ThrowIfNull(key);
        return IsCa && key.Curve == Curve && key.Bytes.Span.SequenceEqual(PublicKey.Span);
    }

    /// <inheritdoc/>
    public bool Equals(NebulaCertificate? other) => other is not null && Fingerprint == other.Fingerprint;

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as NebulaCertificate);

    /// <inheritdoc/>
    public override int GetHashCode() => Fingerprint.GetHashCode(StringComparison.Ordinal);

    /// <summary>Name, kind, end and fingerprint.</summary>
    public override string ToString() =>
        $"{Version} {(IsCa ? "authority" : "host")} certificate '{Name}' until {NotAfter:u} ({Fingerprint})";

    internal bool IsSignedBy(NebulaCertificate authority) => IsSignedBy(authority.Curve, authority.PublicKey.Span);

    internal byte[] EncodeForHandshake() => Format.EncodeForHandshake(_details, Body, _signature);

    // The certificate's own curve decides how the key is read, as in nebula.
    private bool IsSignedBy(NebulaCurve curve, ReadOnlySpan<byte> key) =>
        curve == Curve && CaPublicKey.Verify(curve, key, Format.SignedBytes(_details, Body), _signature);
}
